namespace FeBeRelay.Channel.Hosting;

/// <summary>
/// What HttpClient gets: it drops connections without a word, as if they were sockets, whose other side then sees an end. So this ends the stream before it lets go, and the channel
/// can carry another one.
/// </summary>
internal sealed class EndingStream(SecureChannelStream stream) : AsyncOnlyStream
{
    /// <summary>For the other side's end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private bool _disposed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => stream.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => stream.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await EndAsync().ConfigureAwait(false);
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>HttpClient does not wait.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ = EndAsync();
        }
        base.Dispose(disposing);
    }

    private async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await stream.EndWritesAsync().ConfigureAwait(false);
            var rest = new byte[4_096];
            while (await stream.ReadAsync(rest, patience.Token).ConfigureAwait(false) > 0)
            {
                // An answer that nobody waits for any more.
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or Protocol.ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was cut, or goes on too long: let go as it is.
        }
        await stream.DisposeAsync().ConfigureAwait(false);
    }
}
