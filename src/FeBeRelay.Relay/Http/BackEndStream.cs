using FeBeRelay.Channel;

namespace FeBeRelay.Relay.Http;

/// <summary>A connection to a back end as a <see cref="Stream"/>, for <see cref="HttpClient"/>. Disposing it ends the connection, and cuts it where a read still waits.</summary>
internal sealed class BackEndStream(BackEndConnection connection) : AsyncOnlyStream
{
    private int _reads;
    private int _isDisposed;

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
