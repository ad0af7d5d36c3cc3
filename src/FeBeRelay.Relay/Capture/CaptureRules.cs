using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Capture;

/// <summary>
/// The rules for nft(8) that lead this host's connections to transparent endpoints, and close the other ways to back ends. One table, which is all that
/// is ever written or removed; it is exchanged as a whole, so that there is no moment without it.
/// </summary>
/// <param name="table">The table's name.</param>
/// <param name="user">Whose connections are left alone: the node's user. Without that what the node itself sends would come back to it.</param>
/// <param name="configuration">The node's configuration.</param>
internal sealed class CaptureRules(string table, string user, NodeConfiguration configuration)
{
    /// <summary>The name of the table for a configuration file: letters, digits and underscores.</summary>
    public static string TableOf(string file) =>
        "feberelay_" + string.Concat(Path.GetFileNameWithoutExtension(file).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    /// <summary>The transparent endpoints, each with where it listens and what it takes.</summary>
    public IReadOnlyList<(string Name, IPEndPoint Listen, IReadOnlyList<IPEndPoint> Destinations)> Captured =>
    [
        .. configuration.Relay.Endpoints.Where(e => e.Value.IsTransparent)
            .Select(e => (e.Key, (IPEndPoint)e.Value.Listen.ToEndPoint(), (IReadOnlyList<IPEndPoint>)[.. e.Value.Destinations.Select(d => (IPEndPoint)d.ToEndPoint())])),
    ];

    /// <summary>The TCP ports of back ends on this host, to be closed to other hosts.</summary>
    public IReadOnlyList<(string Service, int Port)> Guarded =>
    [
        .. (configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>())
            .Where(s => !s.Value.BackEnd.IsUnix && IsHere(s.Value.BackEnd)).Select(s => (s.Key, s.Value.BackEnd.Port)),
    ];

    /// <summary>Services whose back end is not this host's: nothing here can close their other ways.</summary>
    public IReadOnlyList<string> Elsewhere =>
    [
        .. (configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>()).Where(s => !s.Value.BackEnd.IsUnix && !IsHere(s.Value.BackEnd)).Select(s => s.Key),
    ];

    /// <summary>The script.</summary>
    /// <param name="guard">Whether the other ways to back ends are closed.</param>
    public string ToScript(bool guard)
    {
        var script = new StringBuilder();
        // Made if it is not there, so that it can be deleted: nft takes the file as one transaction.
        script.Append(CultureInfo.InvariantCulture, $"add table inet {table}\ndelete table inet {table}\ntable inet {table} {{\n");
        if (Captured.Count > 0)
        {
            script.Append("  chain capture {\n    type nat hook output priority -100; policy accept;\n");
            script.Append(CultureInfo.InvariantCulture, $"    meta skuid {user} return\n");
            foreach ((string name, IPEndPoint listen, IReadOnlyList<IPEndPoint> destinations) in Captured)
            {
                foreach (IPEndPoint destination in destinations)
                {
                    script.Append(CultureInfo.InvariantCulture, $"    {Daddr(destination)} redirect to :{listen.Port} comment \"endpoint {name}\"\n");
                }
            }
            script.Append("  }\n");
        }
        if (guard && Guarded.Count > 0)
        {
            AppendGuard(script);
        }
        return script.Append("}\n").ToString();
    }

    /// <summary>The script that removes the table, and nothing else.</summary>
    public static string Removal(string table) => $"delete table inet {table}\n";

    /// <summary>Loopback reaches the back end, as the node does; other hosts do not, but for ports of the node's own with the same number.</summary>
    private void AppendGuard(StringBuilder script)
    {
        script.Append("  chain guard {\n    type filter hook input priority 0; policy accept;\n    iif \"lo\" accept\n");
        foreach (IPEndPoint own in OwnPorts().Where(o => Guarded.Any(g => g.Port == o.Port)))
        {
            bool isAny = own.Address.Equals(IPAddress.Any) || own.Address.Equals(IPAddress.IPv6Any);
            script.Append(CultureInfo.InvariantCulture, $"    {(isAny ? $"tcp dport {own.Port}" : Daddr(own))} accept comment \"the node's own port\"\n");
        }
        foreach ((string service, int port) in Guarded)
        {
            script.Append(CultureInfo.InvariantCulture, $"    tcp dport {port} reject with tcp reset comment \"back end of {service}\"\n");
        }
        script.Append("  }\n");
    }

    private IEnumerable<IPEndPoint> OwnPorts() =>
    [
        .. configuration.Listener!.Listen.Select(a => (IPEndPoint)a.ToEndPoint()),
        .. configuration.Listener.Services.Values.Where(s => s.Listen is not null).Select(s => (IPEndPoint)s.Listen!.Value.ToEndPoint()),
    ];

    private static bool IsHere(EndpointAddress backEnd)
    {
        IPAddress[] addresses = backEnd.Address is { } address ? [address] : string.Equals(backEnd.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback] : [];
        return addresses.Any(a => IPAddress.IsLoopback(a) || LocalAddresses().Contains(a));
    }

    private static IEnumerable<IPAddress> LocalAddresses() =>
        System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(u => u.Address);

    private static string Daddr(IPEndPoint endPoint) => string.Create(
        CultureInfo.InvariantCulture, $"{(endPoint.AddressFamily == AddressFamily.InterNetwork ? "ip" : "ip6")} daddr {endPoint.Address} tcp dport {endPoint.Port}");
}
