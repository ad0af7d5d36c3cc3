using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Outbound;
using FeBeRelay.Relay.Streams;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Endpoints;

/// <summary>Sends a connection clear where policy lets it: to the endpoint's <c>clearTo</c> and nowhere else.</summary>
/// <param name="route">The endpoint's way.</param>
/// <param name="connections">Carries and lists clear connections.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ClearRelay(OutboundRoute route, ClearConnections connections, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Carries a connection of the application to its end.</summary>
    /// <param name="application">The connection; ended, unless policy has changed its mind.</param>
    /// <param name="decision">That it may go clear.</param>
    /// <param name="kill">Cuts it: the node's drain deadline.</param>
    /// <returns>False when policy, asked again before the first byte, does not let it go clear: none was sent, and none was taken of the application.</returns>
    public async Task<bool> TryCarryAsync(Socket application, OutboundDecision decision, CancellationToken kill)
    {
        EndPoint clearTo = route.Target.ClearTo ?? throw new InvalidOperationException("policy sends clear without an address for it");
        long since = time.GetTimestamp();
        Socket network;
        try
        {
            network = await Dialer.ConnectAsync(clearTo, route.Target.Peer.SourceAddress, ConnectTimeout, time, kill).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            if (route.FailureLines.TryTake(logger))
            {
                OutboundLog.ClearToUnreachable(logger, route.Current.Endpoint, clearTo, e.Message);
            }
            Enquire(route.Current, decision);
            SocketTuning.Reset(application);
            return true;
        }
        try
        {
            await WaitForBytesAsync(application, network, kill).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            network.Dispose();
            throw;
        }
        // From here to the first byte nothing is waited for.
        OutboundPath path = route.Current;
        OutboundDecision now = path.Peer.Decide(path);
        if (!now.IsClear)
        {
            network.Dispose();
            return false;
        }
        Enquire(path, now);
        ClearEnd end = await connections
            .CarryAsync(Flow(path), path.Rule, network, application, ReadOnlyMemory<byte>.Empty, () => route.Current.Rule.MaySendClear, kill).ConfigureAwait(false);
        OutboundLog.ClearEnded(
            logger, path.Endpoint, clearTo, path.Rule.Name, end.BytesSent, end.BytesReceived, time.GetElapsedTime(since).TotalMilliseconds,
            end.Failure is null ? "ended" : $"{end.Failure.Side}: {end.Failure.Detail}");
        return true;
    }

    private static ClearFlow Flow(OutboundPath path) =>
        new(path.Endpoint, path.Target.Peer.Name, path.Rule.Name, path.ClearCause);

    private static void Enquire(OutboundPath path, OutboundDecision decision)
    {
        if (decision.Action == OutboundAction.ClearAndEnquire)
        {
            _ = path.Peer.Enquire(path);
        }
    }

    /// <summary>
    /// Until either side has something to say, or ends. An application that connects ahead of need does not fix the way of its bytes by that, and its
    /// bytes stay where they are, so that they can still go protected.
    /// </summary>
    private static async Task WaitForBytesAsync(Socket application, Socket network, CancellationToken kill)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(kill);
        Task[] either = [ReadableAsync(application, done.Token), ReadableAsync(network, done.Token)];
        await Task.WhenAny(either).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(either).ConfigureAwait(false);
        kill.ThrowIfCancellationRequested();
    }

    private static async Task ReadableAsync(Socket socket, CancellationToken done)
    {
        try
        {
            do
            {
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, done).ConfigureAwait(false);
            }
            while (!socket.Poll(0, SelectMode.SelectRead));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Who carries the bytes meets the same end, and tells it.
        }
    }
}
