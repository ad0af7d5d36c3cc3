using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Relay.Streams;

/// <summary>
/// Carries one stream between an application's socket and a channel, both ways at once, byte by byte as they come: half-close as half-close, reset as
/// reset, back pressure as back pressure, and no cut for being quiet. Used once.
/// </summary>
/// <param name="channel">The channel; its stream is open.</param>
/// <param name="application">The application's connection; the pump ends it.</param>
internal sealed class StreamPump(SecureChannel channel, StreamSocket application)
{
    // In bulk smaller records cost less, since more of what is in work stays in the processor's cache; an answer of up to 64 KiB is one record all the same.
    private const int BulkPlaintext = Limits.MaxPlaintext / 2;
    private const int FullBeforeBulk = 2;

    private StreamFailure? _failure;

    /// <summary>Bytes that the application sent.</summary>
    public long BytesOut { get; private set; }

    /// <summary>Bytes that the application received.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Runs until both directions have ended, or one has failed; then both connections are ended accordingly.</summary>
    /// <param name="kill">Ends the stream: the node's drain deadline.</param>
    /// <returns>Null when both ended cleanly: the channel may carry the next stream.</returns>
    public async Task<StreamFailure?> RunAsync(CancellationToken kill)
    {
        using CancellationTokenRegistration registration = kill.UnsafeRegister(
            static self => _ = ((StreamPump)self!).FailAsync(new StreamFailure(StreamSide.Node, "the node's drain deadline has passed", null, null), ErrorCode.Reset), this);
        SocketTuning.ResetWhenLost(application.Socket);
        channel.IsReadSteadily = true;
        Task outbound = OutboundAsync();
        await InboundAsync(outbound).ConfigureAwait(false);
        await outbound.ConfigureAwait(false);
        channel.IsReadSteadily = false;
        if (_failure is null)
        {
            application.EndInOrder();
        }
        return _failure;
    }

    /// <summary>Application to channel. One receive, sealed where it stands, one send. Holds no buffer while the application is quiet.</summary>
    private async Task OutboundAsync()
    {
        byte[]? buffer = null;
        (int count, int full) = (0, 0);
        StreamSide side = StreamSide.Application;
        try
        {
            while (true)
            {
                side = StreamSide.Application;
                if (count == StreamSocket.Nothing || application.IsDrained)
                {
                    Return(ref buffer);
                    await application.WaitReadableAsync(CancellationToken.None).ConfigureAwait(false);
                }
                buffer ??= Buffers.Plaintext.Rent();
                int most = full < FullBeforeBulk ? Limits.MaxPlaintext : BulkPlaintext;
                count = await application.ReceiveIfAnyAsync(
                    buffer.AsMemory(ChannelSender.Headroom, most), application.WaitsWithBuffer ? channel.Lull : default).ConfigureAwait(false);
                full = count == most ? full + 1 : 0;
                side = StreamSide.Channel;
                if (count == 0)
                {
                    await channel.EndAsync().ConfigureAwait(false);
                    return;
                }
                if (count > 0)
                {
                    BytesOut += count;
                    await channel.SendDataAsync(buffer, ChannelSender.Headroom, count).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            await FailAsync(side, e).ConfigureAwait(false);
        }
        finally
        {
            Return(ref buffer);
        }
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            Buffers.Plaintext.Return(buffer);
            buffer = null;
        }
    }

    /// <summary>Channel to application: records are opened where they were received, and sent on from there.</summary>
    private async Task InboundAsync(Task outbound)
    {
        StreamSide side = StreamSide.Channel;
        try
        {
            while (true)
            {
                if (!channel.TryRead(out ReceivedRecord record))
                {
                    await channel.FillAsync().ConfigureAwait(false);
                }
                else if (record.Type == RecordType.Data)
                {
                    side = StreamSide.Application;
                    BytesIn += record.PlaintextLength;
                    await application.SendAsync(channel.Plaintext(record), CancellationToken.None).ConfigureAwait(false);
                    side = StreamSide.Channel;
                }
                else if (record.Type == RecordType.End)
                {
                    side = StreamSide.Application;
                    application.Socket.Shutdown(SocketShutdown.Send);
                    side = StreamSide.Channel;
                    await WatchAsync(outbound).ConfigureAwait(false);
                    return;
                }
                else if (record.Type == RecordType.Abort)
                {
                    throw GivenUp(record);
                }
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            await FailAsync(side, e).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Behind the peer's end only an abort or the end of the connection can come, until this end's own end is sent; what comes after that
    /// belongs to the next stream and is left for its reader.
    /// </summary>
    private async Task WatchAsync(Task outbound)
    {
        while (!outbound.IsCompleted && !channel.SentEnd)
        {
            if (channel.TryRead(out ReceivedRecord record))
            {
                throw GivenUp(record);
            }
            if (await Task.WhenAny(outbound, channel.WaitReadableAsync()).ConfigureAwait(false) != outbound && !channel.SentEnd)
            {
                await channel.FillAsync().ConfigureAwait(false);
            }
        }
    }

    private static ProtocolException GivenUp(in ReceivedRecord record) =>
        new(ProtocolError.RefusedByPeer, $"the peer gave the stream up: {record.Code.Name()}", record.Code);

    private Task FailAsync(StreamSide side, Exception e)
    {
        bool violation = e is ProtocolException { Error: not (ProtocolError.RefusedByPeer or ProtocolError.Truncated) };
        return FailAsync(StreamFailure.Of(e, side), violation ? ErrorCode.Internal : ErrorCode.Reset);
    }

    /// <summary>
    /// Ends both connections so that both sides see that the stream was cut: a reset to the application, an abort to the peer. The first
    /// failure counts; the others are its echo.
    /// </summary>
    private async Task FailAsync(StreamFailure failure, ErrorCode code)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            application.Reset();
            await channel.AbortAsync(code).ConfigureAwait(false);
        }
    }

    private static bool IsExpected(Exception e) =>
        e is SocketException or ProtocolException or ObjectDisposedException or InvalidOperationException or OutOfMemoryException;
}
