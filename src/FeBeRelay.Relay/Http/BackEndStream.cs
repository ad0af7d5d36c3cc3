namespace FeBeRelay.Relay.Http;

/// <summary>A connection to a back end as a <see cref="Stream"/>, for <see cref="HttpClient"/>. Disposing it ends the connection, and cuts it where a read still waits.</summary>
internal sealed class BackEndStream(BackEndConnection connection) : Stream
{
    private int _reads;
    private int _isDisposed;

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

    /// <exception cref="IOException">It was cut.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        try
        {
            using CancellationTokenRegistration cut = cancellationToken.UnsafeRegister(static c => _ = ((BackEndConnection)c!).AbortAsync().AsTask(), connection);
            if (connection.Unread.IsEmpty && !await connection.ReceiveAsync().ConfigureAwait(false))
            {
                return 0;
            }
            int count = Math.Min(buffer.Length, connection.Unread.Length);
            connection.Unread[..count].CopyTo(buffer);
            connection.Advance(count);
            return count;
        }
        catch (Exception e) when (BackEndConnection.IsCut(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"the connection was cut: {e.Message}", e);
        }
        finally
        {
            Interlocked.Decrement(ref _reads);
        }
    }

    /// <exception cref="IOException">It was cut.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await connection.SendAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception e) when (BackEndConnection.IsCut(e))
        {
            throw new IOException($"the connection was cut: {e.Message}", e);
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

    /// <summary>Nothing is held back.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            // A connection has one reader.
            _ = Volatile.Read(ref _reads) == 0 ? connection.CloseAsync() : connection.AbortAsync().AsTask();
        }
        base.Dispose(disposing);
    }
}
