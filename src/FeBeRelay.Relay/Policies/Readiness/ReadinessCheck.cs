using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Services;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies.Readiness;

/// <summary>Looks whether Secure Server could be put in force: through the security log, and at the ways past this node.</summary>
/// <param name="configuration">The node's.</param>
/// <param name="values">The whole configuration, with .NET's and YARP's sections.</param>
/// <param name="time">The clock.</param>
internal sealed class ReadinessCheck(NodeConfiguration configuration, IConfiguration values, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Makes the report.</summary>
    /// <param name="days">How many days of the log are looked through.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public async Task<ReadinessReport> RunAsync(int days, CancellationToken cancellation)
    {
        DateTimeOffset since = time.GetUtcNow() - TimeSpan.FromDays(days);
        var traffic = new RecordedTraffic(configuration);
        traffic.Read(configuration.Audit.Path!, since);
        ReadinessWay[] ways = [.. await WaysToBackEndsAsync(cancellation).ConfigureAwait(false), .. await ClearPortsAsync(cancellation).ConfigureAwait(false)];
        return new ReadinessReport(since, traffic.Begins, Gap(traffic.Begins, since), traffic.Findings(), ways);
    }

    private string? Gap(DateTimeOffset? begins, DateTimeOffset since) =>
        !configuration.Audit.Success.Contains("clear") ? "audit:success has not clear: what went clear is not in the log; add it, and wait"
        : begins is null ? "there is no security log yet: nothing is known"
        : begins > since ? $"the log begins at {begins:u}: nothing is known of the time before"
        : null;

    /// <summary>Back ends that answer where nothing protects them.</summary>
    private async Task<IReadOnlyList<ReadinessWay>> WaysToBackEndsAsync(CancellationToken cancellation)
    {
        List<ReadinessWay> ways = [];
        IReadOnlyList<IPAddress> reachable = OtherWays.ReachableAddresses();
        foreach ((string name, ServiceSettings settings) in configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>())
        {
            var service = new Service(name, settings.BackEnd.ToEndPoint(), settings.Peers, settings.ProxyProtocol);
            if (await OtherWays.FindAsync(service, reachable, time, cancellation).ConfigureAwait(false) is { } way)
            {
                ways.Add(new ReadinessWay(name, way));
            }
        }
        return ways;
    }

    /// <summary>Where this node's endpoints may send clear bytes: whether somebody takes them there.</summary>
    private async Task<IReadOnlyList<ReadinessWay>> ClearPortsAsync(CancellationToken cancellation)
    {
        List<ReadinessWay> ways = [];
        // A destination of http endpoints counts once, whatever leads to it, and is named as in questions to policy: SERVICE@PEER.
        foreach (OutwardWay way in OutwardWay.Of(configuration, values).DistinctBy(way => (way.IsHttp ? way.To : way.Endpoint, way.ClearTo)))
        {
            if (way.ClearTo is { } clearTo && await TakesClearAsync(EndpointAddress.Parse(clearTo).ToEndPoint(), cancellation).ConfigureAwait(false))
            {
                ways.Add(new ReadinessWay(way.IsHttp ? way.To : way.Endpoint, $"{clearTo} at node {way.Node} takes clear connections; put Secure Server in force there too, or close the port"));
            }
        }
        return ways;
    }

    /// <summary>A node that requires security resets what does not speak its protocol at once; whoever takes clear traffic waits for more, or answers.</summary>
    private async Task<bool> TakesClearAsync(EndPoint address, CancellationToken cancellation)
    {
        try
        {
            using Socket socket = await Dialer.ConnectAsync(address, source: null, Patience, time, cancellation).ConfigureAwait(false);
            // An empty line: nothing to any protocol that begins with lines.
            await socket.SendAsync("\r\n"u8.ToArray(), cancellation).ConfigureAwait(false);
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            return await socket.ReceiveAsync(new byte[1], either.Token).ConfigureAwait(false) > 0;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
