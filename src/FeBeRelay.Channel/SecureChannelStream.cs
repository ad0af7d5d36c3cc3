using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel;

/// <summary>
/// One stream of a channel as a <see cref="Stream"/>. Reading and writing may go on at once, one of each at a time. A read of no bytes waits until
/// there are some and holds no buffer. Disposing it after both ends gives the channel back; before that it cuts the stream.
/// </summary>
public sealed class SecureChannelStream : AsyncOnlyStream
{
    private readonly SecureChannel _channel;
    private readonly Action _giveBack;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Queue<byte[]> _ahead = new();
    private ReadOnlyMemory<byte> _unread;
    private bool _disposed;

    /// <param name="channel">The channel; its stream is open.</param>
    /// <param name="giveBack">Takes the channel when its stream has ended cleanly in both directions.</param>
    public SecureChannelStream(SecureChannel channel, Action giveBack)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _channel = channel;
        _giveBack = giveBack;
        channel.IsReadSteadily = true;
    }

    /// <summary>Ends this side's bytes; the other direction goes on.</summary>
    public async ValueTask EndWritesAsync()
    {
        if (!_channel.SentEnd)
        {
            await UnparkAsync().ConfigureAwait(false);
            await _channel.EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads what is there, or waits for it; 0 at the peer's end.</summary>
    /// <exception cref="IOException">The stream was cut: never mistaken for its end.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!HasUnread() && !_channel.ReceivedEnd)
            {
                if (_channel.TryRead(out ReceivedRecord record))
                {
                    _unread = Content(record);
                    continue;
                }
                if (buffer.IsEmpty)
                {
                    await _channel.WaitReadableAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                await _channel.FillAsync(cancellationToken).ConfigureAwait(false);
            }
            int count = Math.Min(buffer.Length, _unread.Length);
            _unread[..count].CopyTo(buffer);
            _unread = _unread[count..];
            return count;
        }
        catch (Exception e) when (e is ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new IOException($"the stream was cut: {e.Message}", e);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Seals and sends, in records of up to 65,536 bytes.</summary>
    /// <exception cref="IOException">The stream was cut.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(buffer.Length, Limits.MaxPlaintext)..])
            {
                cancellationToken.ThrowIfCancellationRequested();
                await UnparkAsync().ConfigureAwait(false);
                await _channel.SendDataAsync(buffer[..Math.Min(buffer.Length, Limits.MaxPlaintext)]).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new IOException($"the stream was cut: {e.Message}", e);
        }
    }

    /// <summary>Gives the channel back, or cuts a stream that has not ended in both directions.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await LetGoAsync().ConfigureAwait(false);
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for the peer to hear of it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ = LetGoAsync();
        }
        base.Dispose(disposing);
    }

    private bool HasUnread()
    {
        if (_unread.IsEmpty && _ahead.TryDequeue(out byte[]? bytes))
        {
            _unread = bytes;
        }
        return !_unread.IsEmpty;
    }

    private ReadOnlyMemory<byte> Content(in ReceivedRecord record) => record.Type switch
    {
        RecordType.Data => _channel.Plaintext(record),
        RecordType.End => default,
        _ => throw new ProtocolException(ProtocolError.RefusedByPeer, $"the peer gave the stream up: {record.Code.Name()}", record.Code),
    };

    /// <summary>
    /// Waits for the new keys that a parked direction needs. They come among what the peer sends: where nobody reads just now, this does, and keeps
    /// what was not for it.
    /// </summary>
    private async ValueTask UnparkAsync()
    {
        if (!_channel.IsParked)
        {
            return;
        }
        Task unparking = _channel.UnparkAsync();
        using var done = new CancellationTokenSource();
        Task reading = ReadAheadAsync(unparking, done.Token);
        await Task.WhenAny(unparking, reading).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        await unparking.ConfigureAwait(false);
    }

    private async Task ReadAheadAsync(Task unparking, CancellationToken done)
    {
        try
        {
            await _reading.WaitAsync(done).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        try
        {
            if (!_unread.IsEmpty)
            {
                _ahead.Enqueue(_unread.ToArray());
                _unread = default;
            }
            while (!unparking.IsCompleted)
            {
                if (_channel.TryRead(out ReceivedRecord record))
                {
                    _ahead.Enqueue(Content(record).ToArray());
                }
                else if (await Task.WhenAny(unparking, _channel.WaitReadableAsync()).ConfigureAwait(false) != unparking)
                {
                    await _channel.FillAsync(done).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The keys are there: whoever reads next goes on here.
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task LetGoAsync()
    {
        if (_channel.SentEnd && _channel.ReceivedEnd)
        {
            _channel.IsReadSteadily = false;
            _giveBack();
        }
        else
        {
            await _channel.AbortAsync(ErrorCode.Reset).ConfigureAwait(false);
        }
    }
}
