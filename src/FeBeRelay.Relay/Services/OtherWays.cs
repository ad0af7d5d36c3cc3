using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Relay.Services;

/// <summary>
/// Looks for other ways to a back end: protection is worth nothing where the application still listens on an address that the network reaches,
/// or sits on another host so that the last leg crosses the network in the clear.
/// </summary>
internal static class OtherWays
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>The host's addresses that others can reach.</summary>
    public static IReadOnlyList<IPAddress> ReachableAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address),
    ];

    /// <summary>What is wrong with the way to a service's back end, or null.</summary>
    /// <param name="service">The service.</param>
    /// <param name="reachable">The host's addresses that others can reach.</param>
    /// <param name="time">The clock of the attempts' timeout.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string?> FindAsync(Service service, IReadOnlyList<IPAddress> reachable, TimeProvider time, CancellationToken cancellation)
    {
        if (service.BackEnd is not (IPEndPoint or DnsEndPoint))
        {
            return null;
        }
        IReadOnlyList<EndPoint> backEnd = await ResolveAsync(service.BackEnd, cancellation).ConfigureAwait(false);
        if (backEnd.OfType<IPEndPoint>().FirstOrDefault(e => !IPAddress.IsLoopback(e.Address)) is { } remote)
        {
            return reachable.Contains(remote.Address)
                ? $"its back end listens on {remote}, which the network reaches without this node; let it listen on loopback or a Unix socket"
                : $"its back end {remote} is on another host: the bytes between are not protected";
        }
        int port = backEnd.OfType<IPEndPoint>().FirstOrDefault()?.Port ?? 0;
        foreach (IPAddress address in reachable)
        {
            if (port != 0 && await AnswersAsync(new IPEndPoint(address, port), time, cancellation).ConfigureAwait(false))
            {
                return $"its back end also answers on {new IPEndPoint(address, port)}, which the network reaches without this node; let it listen on loopback only, or block the port";
            }
        }
        return null;
    }

    private static async Task<IReadOnlyList<EndPoint>> ResolveAsync(EndPoint endPoint, CancellationToken cancellation)
    {
        try
        {
            return await Dialer.ResolveAsync(endPoint, source: null, cancellation).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static async Task<bool> AnswersAsync(IPEndPoint endPoint, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            using Socket socket = await Dialer.ConnectAsync(endPoint, source: null, Timeout, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
