using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Relay.Services;

/// <summary>What the first bytes of a connection tell.</summary>
internal enum FirstBytesKind
{
    /// <summary>Nothing came in time.</summary>
    Silence,

    /// <summary>The other side ended the connection, or its half of it, without a byte.</summary>
    End,

    /// <summary>This protocol: the preface, or a beginning of it and then nothing more.</summary>
    Channel,

    /// <summary>Anything else.</summary>
    Clear,
}

/// <summary>Reads the first bytes of a connection until they are the preface (docs/protocol.md 1.1) or cannot become it. Used by one thread at a time.</summary>
internal sealed class FirstBytes(StreamSocket socket, TimeProvider time)
{
    // What comes with the first bytes is taken along; a request's head mostly fits.
    private readonly byte[] _buffer = new byte[4_096];
    private int _count;

    /// <summary>What was received.</summary>
    public ReadOnlyMemory<byte> Received => _buffer.AsMemory(0, _count);

    /// <summary>Reads on until it is known what they are, or the time is over.</summary>
    public async Task<FirstBytesKind> ReadAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            while (Received.IsEmpty || (IsBeginningOfPreface && _count < Preface.Size))
            {
                int count = await socket.ReceiveAsync(_buffer.AsMemory(_count), either.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return _count == 0 ? FirstBytesKind.End : FirstBytesKind.Channel;
                }
                _count += count;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return _count == 0 ? FirstBytesKind.Silence : FirstBytesKind.Channel;
        }
        return IsBeginningOfPreface ? FirstBytesKind.Channel : FirstBytesKind.Clear;
    }

    private bool IsBeginningOfPreface => Preface.ParsesAsThisProtocol(Received.Span);
}
