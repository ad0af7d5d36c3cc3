using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel;

/// <summary>
/// One stream of a channel as a <see cref="Stream"/>. Reading and writing may go on at once, one of each at a time. A read of no bytes waits until
/// there are some and holds no buffer. Disposing it after both ends gives the channel back; before that it cuts the stream.
/// </summary>
/// <param name="channel">The channel; its stream is open.</param>
/// <param name="giveBack">Takes the channel when its stream has ended cleanly in both directions.</param>
public sealed class SecureChannelStream(SecureChannel channel, Action giveBack) : Stream
{
    private ReadOnlyMemory<byte> _unread;
    private bool _disposed;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Ends this side's bytes; the other direction goes on.</summary>
    public ValueTask EndWritesAsync() => channel.SentEnd ? ValueTask.CompletedTask : channel.EndAsync();

    /// <summary>Reads what is there, or waits for it; 0 at the peer's end.</summary>
    /// <exception cref="IOException">The stream was cut: never mistaken for its end.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (_unread.IsEmpty && !channel.ReceivedEnd)
            {
                if (channel.TryRead(out ReceivedRecord record))
                {
                    _unread = record.Type switch
                    {
                        RecordType.Data => channel.Plaintext(record),
                        RecordType.End => default,
                        _ => throw new ProtocolException(ProtocolError.RefusedByPeer, $"the peer gave the stream up: {record.Code.Name()}", record.Code),
                    };
                    continue;
                }
                if (buffer.IsEmpty)
                {
                    await channel.WaitReadableAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                await channel.FillAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new IOException($"the stream was cut: {e.Message}", e);
        }
        int count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
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
                await channel.SendDataAsync(buffer[..Math.Min(buffer.Length, Limits.MaxPlaintext)]).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new IOException($"the stream was cut: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    /// <summary>Nothing is held back: every write is sent at once.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

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

    private async Task LetGoAsync()
    {
        if (channel.SentEnd && channel.ReceivedEnd)
        {
            giveBack();
        }
        else
        {
            await channel.AbortAsync(ErrorCode.Reset).ConfigureAwait(false);
        }
    }
}
