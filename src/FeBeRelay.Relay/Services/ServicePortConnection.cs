using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Streams;
using FeBeRelay.Relay.Telemetry;

namespace FeBeRelay.Relay.Services;

/// <summary>
/// One connection at a service's own port. A channel's initiator speaks first, at once; so who speaks first and does not speak this protocol is clear,
/// and who says nothing is clear as soon as the back end speaks, for which it gets leave only where policy takes clear connections and after
/// a short wait. Used once.
/// </summary>
/// <param name="service">The service.</param>
/// <param name="context">What it works with.</param>
/// <param name="socket">The connection; ended or handed on, unless an exception comes out.</param>
/// <param name="decided">Told when it is not undecided any more.</param>
/// <param name="stopping">Ends it before it has begun.</param>
/// <param name="killing">Cuts it.</param>
internal sealed class ServicePortConnection(
    Service service, ServicePortContext context, StreamSocket socket, Action decided, CancellationToken stopping, CancellationToken killing)
{
    private readonly FirstBytes _first = new(socket, context.Time);
    private readonly IPEndPoint _local = (IPEndPoint)socket.Socket.LocalEndPoint!;
    private readonly IPEndPoint _remote = (IPEndPoint)socket.Socket.RemoteEndPoint!;
    private readonly long _since = context.Time.GetTimestamp();
    private Socket? _backEnd;

    /// <summary>Serves it to its end, or until a channel is made of it.</summary>
    public async Task RunAsync()
    {
        try
        {
            TimeSpan patience = Decide().Decision.IsAccepted ? service.Quiet : Limits.FirstMessageDeadline;
            FirstBytesKind kind = await _first.ReadAsync(patience, stopping).ConfigureAwait(false);
            decided();
            if (kind == FirstBytesKind.Silence)
            {
                if (!await TryConnectAsync().ConfigureAwait(false))
                {
                    return;
                }
                kind = await WaitForFirstSpeakerAsync(_backEnd!).ConfigureAwait(false);
            }
            await ServeAsync(kind).ConfigureAwait(false);
        }
        finally
        {
            _backEnd?.Dispose();
        }
    }

    private Task ServeAsync(FirstBytesKind kind)
    {
        switch (kind)
        {
            case FirstBytesKind.Channel:
                context.Channels.Take(socket, _first.Received);
                return Task.CompletedTask;
            case FirstBytesKind.End when !Decide().Decision.IsAccepted:
                // A scanner, or a health check: there was nothing to let in.
                socket.Dispose();
                return Task.CompletedTask;
            default:
                return CarryAsync();
        }
    }

    /// <summary>The connection is clear: policy first, and once more when the back end is there, immediately before the first byte.</summary>
    private async Task CarryAsync()
    {
        using Activity? span = RelaySpans.AreWanted ? RelaySpans.BeginStream(service.Name, endpoint: null, _remote) : null;
        if ((_backEnd is not null || await TryConnectAsync().ConfigureAwait(false)) && TryAdmit(out PolicyRule rule))
        {
            ClearEnd end = await context.Clear.CarryAsync(FlowOf(rule), rule, socket.Socket, _backEnd!, _first.Received, () => Decide().Decision.IsAccepted, killing).ConfigureAwait(false);
            socket.Dispose();
            InboundLog.ClearEnded(
                context.Logger, service.Name, _remote, rule.Name, end.BytesSent, end.BytesReceived,
                context.Time.GetElapsedTime(_since).TotalMilliseconds, end.Failure is { } failure ? $"{failure.Side}: {failure.Detail}" : "ended");
        }
    }

    /// <summary>Dials the back end for a connection that policy takes; else ends the connection.</summary>
    private async Task<bool> TryConnectAsync()
    {
        if (!TryAdmit(out PolicyRule rule))
        {
            return false;
        }
        try
        {
            _backEnd = await Dialer.ConnectAsync(service.BackEnd, source: null, ServiceServer.BackEndTimeout, context.Time, stopping).ConfigureAwait(false);
            if (service.ProxyProtocol)
            {
                await _backEnd.SendAsync(ProxyProtocolHeader.Encode(_remote, _local), SocketFlags.None).ConfigureAwait(false);
            }
            return true;
        }
        catch (SocketException e)
        {
            if (context.UnreachableLines.Of(service).TryTake(context.Logger))
            {
                RelayLog.BackEndUnreachable(context.Logger, service.Name, service.BackEnd, _remote.ToString(), e.Message);
            }
            context.Audit.BackEndUnreachable(FlowOf(rule), _local, _remote, $"{service.BackEnd}: {e.Message}");
            socket.Reset();
            return false;
        }
    }

    /// <summary>Waits for either side's first byte. Nothing is read of the back end's: should the other side yet turn out a channel, it must not get it.</summary>
    private async Task<FirstBytesKind> WaitForFirstSpeakerAsync(Socket backEnd)
    {
        Task speaks = ReadableAsync(socket.WaitReadableAsync(stopping));
        await Task.WhenAny(speaks, ReadableAsync(new ValueTask(backEnd.ReceiveAsync(Memory<byte>.Empty, stopping).AsTask()))).ConfigureAwait(false);
        stopping.ThrowIfCancellationRequested();
        return speaks.IsCompleted ? await _first.ReadAsync(Limits.FirstMessageDeadline, stopping).ConfigureAwait(false) : FirstBytesKind.Clear;
    }

    private static async Task ReadableAsync(ValueTask readable)
    {
        try
        {
            await readable.ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever reads meets the same end.
        }
    }

    private (PolicyRule Rule, InboundDecision Decision) Decide() => context.Policy.DecideClear(service.Name, _local, _remote);

    /// <summary>Asks the policy in effect now; a connection that it refuses is reset.</summary>
    private bool TryAdmit(out PolicyRule rule)
    {
        (rule, InboundDecision decision) = Decide();
        if (!decision.IsAccepted)
        {
            string reason = decision.Reason == BlockReason.Rule ? "the rule blocks"
                : _first.Received.IsEmpty ? "nothing was said, and the rule takes channels only"
                : "the rule takes channels only";
            if (context.RefusedLines.TryTake(context.Logger))
            {
                InboundLog.ClearRefused(context.Logger, service.Name, _remote, rule.Name, reason);
            }
            context.Audit.ClearTrafficRefused(service.Name, _remote.Address.ToString(), rule.Name, rule.Flags, _local, _remote, reason);
            socket.Reset();
        }
        return decision.IsAccepted;
    }

    private ClearFlow FlowOf(PolicyRule rule) =>
        new(service.Name, _remote.Address.ToString(), rule.Name, rule.WouldRefuseClear ? ClearCause.AuditOnly : rule.Action == FilterAction.Negotiate ? ClearCause.InPass : ClearCause.Permit);
}
