using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Streams;
using FeBeRelay.Relay.Telemetry;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Services;

/// <summary>Serves the channels that the node port made: stream after stream, each to the back end of the service that it names.</summary>
internal sealed class ServiceServer(ServiceTable services, InboundPolicy policy, AuditLog audit, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>For connecting to a back end, each address tried.</summary>
    internal static readonly TimeSpan BackEndTimeout = TimeSpan.FromSeconds(5);

    private const int RefusedLinesPerMinute = 60;

    private readonly ConcurrentDictionary<SecureChannel, Task> _channels = new();
    private readonly LogRation _refusedLines = new(RefusedLinesPerMinute, time);
    private readonly ServiceLines _unreachableLines = new(time);
    private readonly CancellationTokenSource _killing = new();
    private volatile bool _draining;

    /// <summary>Serves one channel until its end.</summary>
    public async Task ServeAsync(SecureChannel channel)
    {
        RelayLog.ChannelMade(logger, channel.Id, channel.Association.Peer.Name, channel.RemoteEndPoint, channel.InboundSpi, channel.OutboundSpi);
        var done = new TaskCompletionSource();
        _channels[channel] = done.Task;
        string reason = "closed";
        try
        {
            reason = await ServeStreamsAsync(channel).ConfigureAwait(false);
        }
        catch (ProtocolException e)
        {
            reason = $"{e.Error}: {e.Message}";
            audit.ChannelViolated(channel, e.Error, e.Message);
            if (e.Error == ProtocolError.Truncated)
            {
                await channel.DisposeAsync().ConfigureAwait(false);
            }
            await channel.AbortAsync(ErrorCode.Internal).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            reason = e.Message;
        }
        catch (OutOfMemoryException)
        {
            reason = StreamFailure.OutOfMemory;
        }
        finally
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            _channels.TryRemove(channel, out _);
            done.SetResult();
            RelayLog.ChannelEnded(logger, channel.Id, channel.Association.Peer.Name, channel.StreamNumber, channel.Totals, reason);
        }
    }

    /// <summary>Asks for all channels to be closed when they are idle, and waits for them until told to cut.</summary>
    /// <param name="negotiations">Done when no further channel comes.</param>
    /// <param name="cut">Cuts the drain short.</param>
    public async Task DrainAsync(Task negotiations, CancellationToken cut)
    {
        _draining = true;
        using CancellationTokenRegistration registration = cut.Register(_killing.Cancel);
        await Task.WhenAll(_channels.Keys.Select(AskToCloseAsync)).ConfigureAwait(false);
        await negotiations.ConfigureAwait(false);
        Task all = Task.WhenAll(_channels.Values);
        await Task.WhenAny(all, Task.Delay(Timeout.Infinite, cut)).ConfigureAwait(false);
        foreach (SecureChannel channel in _channels.Keys.Where(c => c.IsIdle))
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
        await all.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _killing.Dispose();

    private async Task<string> ServeStreamsAsync(SecureChannel channel)
    {
        while (true)
        {
            ReceivedRecord record;
            while (!channel.TryRead(out record))
            {
                await channel.WaitReadableAsync().ConfigureAwait(false);
                await channel.FillAsync().ConfigureAwait(false);
                if (_draining)
                {
                    // It was made while draining, and could not be asked before the initiator had spoken.
                    await AskToCloseAsync(channel).ConfigureAwait(false);
                }
            }
            switch (record.Type)
            {
                case RecordType.Open when await ServeStreamAsync(channel, record.Open!).ConfigureAwait(false):
                    if (_draining)
                    {
                        await AskToCloseAsync(channel).ConfigureAwait(false);
                    }
                    break;
                case RecordType.Close:
                    await channel.AnswerCloseAsync().ConfigureAwait(false);
                    return "closed";
                default:
                    return record.Type == RecordType.Open ? "stream cut" : "given up by the peer";
            }
        }
    }

    /// <summary>One stream: policy, back end, bytes. False when the channel is at its end with it.</summary>
    private async Task<bool> ServeStreamAsync(SecureChannel channel, StreamOpen open)
    {
        long since = time.GetTimestamp();
        using Activity? span = RelaySpans.AreWanted ? RelaySpans.BeginStream(open.Service, endpoint: null, open.Source) : null;
        span?.SetChannel(channel, open.Number);
        if (!audit.MayAdmit)
        {
            await channel.AbortAsync(ErrorCode.Busy).ConfigureAwait(false);
            return false;
        }
        if (services.Find(open.Service) is not { } service)
        {
            return await RefuseAsync(channel, open, ErrorCode.NoService, rule: null, "no service has that name").ConfigureAwait(false);
        }
        (PolicyRule rule, string? refusal) = policy.AdmitStream(channel, service.Name, open.Demand);
        if (refusal is not null || !service.Allows(channel.Association.Peer))
        {
            string reason = refusal ?? "the service's peers do not name this one";
            return await RefuseAsync(channel, open, ErrorCode.NotAuthorised, rule, reason).ConfigureAwait(false);
        }
        if (rule.WouldBlock)
        {
            audit.WouldBeRefused(channel, service.Name, endpoint: null, rule);
        }
        StreamSocket backEnd;
        try
        {
            backEnd = await channel.ConnectBesideAsync(service.BackEnd, BackEndTimeout, _killing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            if (_unreachableLines.Of(service).TryTake(logger))
            {
                RelayLog.BackEndUnreachable(logger, service.Name, service.BackEnd, channel.Association.Peer.Name, e.Message);
            }
            span?.SetFailure(e);
            audit.BackEndUnreachable(channel, service.Name, $"{service.BackEnd}: {e.Message}");
            await channel.AbortAsync(ErrorCode.BackEndUnreachable).ConfigureAwait(false);
            return false;
        }
        return await CarryAsync(channel, open, service, backEnd, since).ConfigureAwait(false);
    }

    private async Task<bool> RefuseAsync(SecureChannel channel, StreamOpen open, ErrorCode code, PolicyRule? rule, string reason)
    {
        RelaySpans.Current?.SetFailure(code.Name(), reason);
        if (_refusedLines.TryTake(logger))
        {
            RelayLog.StreamRefused(logger, open.Service, channel.Association.Peer.Name, code.Name());
        }
        audit.ServiceRefused(channel, open.Service, endpoint: null, FailurePoint.Me, code, reason, rule);
        await channel.AbortAsync(code).ConfigureAwait(false);
        return false;
    }

    private async Task<bool> CarryAsync(SecureChannel channel, StreamOpen open, Service service, StreamSocket backEnd, long since)
    {
        StreamPump pump;
        StreamFailure? failure;
        try
        {
            audit.ServiceUsed(channel, service.Name, endpoint: null);
            if (service.ProxyProtocol)
            {
                await IntroduceAsync(backEnd, open).ConfigureAwait(false);
            }
            pump = new StreamPump(channel, backEnd);
            failure = await pump.RunAsync(_killing.Token).ConfigureAwait(false);
        }
        catch (OutOfMemoryException)
        {
            backEnd.Reset();
            throw;
        }
        RelaySpans.Current?.SetEnd(pump.BytesOut, pump.BytesIn, failure);
        Log(channel, open, service, pump, failure, since);
        audit.ServiceEnded(channel, service.Name, endpoint: null, pump.BytesOut, pump.BytesIn, failure?.Detail ?? "ended");
        audit.ChannelViolated(channel, failure?.Error, failure?.Detail ?? "");
        return failure is null;
    }

    private static async Task IntroduceAsync(StreamSocket backEnd, StreamOpen open)
    {
        try
        {
            await backEnd.SendAsync(ProxyProtocolHeader.Encode(open.Source, open.Destination), CancellationToken.None).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The pump will meet the same end and tell it.
        }
    }

    private void Log(SecureChannel channel, StreamOpen open, Service service, StreamPump pump, StreamFailure? failure, long since)
    {
        LogLevel level = failure is null ? LogLevel.Debug : LogLevel.Information;
        if (logger.IsEnabled(level))
        {
            (string peer, string id, double elapsed) = (channel.Association.Peer.Name, channel.Id, time.GetElapsedTime(since).TotalMilliseconds);
            string reason = failure is null ? "ended" : $"{failure.Side}: {failure.Detail}";
            RelayLog.ServedStreamEnded(logger, level, service.Name, peer, id, open.Number, pump.BytesOut, pump.BytesIn, elapsed, reason);
        }
    }

    private static async Task AskToCloseAsync(SecureChannel channel)
    {
        try
        {
            await channel.AskToCloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is ending already.
        }
    }
}
