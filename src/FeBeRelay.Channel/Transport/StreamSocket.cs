using System.Net.Sockets;
using FeBeRelay.Channel.Transport.Epoll;

namespace FeBeRelay.Channel.Transport;

/// <summary>
/// A connected socket, and how to wait for it: through .NET's own event threads anywhere, or on Linux through event loops of this process (<see cref="EventLoops"/>).
/// One may receive and another send at a time. Nobody may start an asynchronous call of <see cref="Socket"/> itself meanwhile.
/// </summary>
public abstract class StreamSocket : IDisposable
{
    /// <summary>What a receive gives that found nothing, or waited long: the buffer may be let go before the next wait.</summary>
    public const int Nothing = -1;

    private protected StreamSocket(Socket socket) => Socket = socket;

    /// <summary>The socket, for its addresses, its options and its shutdown.</summary>
    public Socket Socket { get; }

    /// <summary>Whether a wait had better come before the next receive, and without a buffer.</summary>
    public abstract bool IsDrained { get; }

    /// <summary>Whether <see cref="ReceiveIfAnyAsync"/> waits, holding its buffer: who has a token for long waits gives it then.</summary>
    public abstract bool WaitsWithBuffer { get; }

    /// <summary>Takes a connected socket over.</summary>
    /// <param name="socket">Owned from here on.</param>
    /// <param name="near">The other connection of the same stream: what goes from one to the other need not change threads.</param>
    public static StreamSocket Of(Socket socket, StreamSocket? near = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return EventLoops.For(near) is { } loop ? new LoopStreamSocket(socket, loop) : new PortableStreamSocket(socket);
    }

    /// <summary>Receives once, and waits for it.</summary>
    /// <returns>Bytes; 0 at the connection's end.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Receives once; waits only as long as a buffer is well spent on it.</summary>
    /// <param name="buffer">The buffer, not empty.</param>
    /// <param name="lull">Says that the wait has become long.</param>
    /// <returns>Bytes; 0 at the connection's end; <see cref="Nothing"/>.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public abstract ValueTask<int> ReceiveIfAnyAsync(Memory<byte> buffer, CancellationToken lull);

    /// <summary>Waits without a buffer until there is something to receive, be it the connection's end. That may be over by the time of the receive.</summary>
    public abstract ValueTask WaitReadableAsync(CancellationToken cancellation);

    /// <summary>Whether there is something to receive now, be it the connection's end. For its reader, or who takes the reader's place.</summary>
    public abstract bool IsReadable();

    /// <summary>Who receives from here on is the only one: a wait that is under way elsewhere may end with an <see cref="ObjectDisposedException"/>.</summary>
    public virtual void TakeReceivingOver()
    {
    }

    /// <summary>Sends all of it.</summary>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Closes in order what <see cref="SocketTuning.ResetWhenLost"/> was said of.</summary>
    public void EndInOrder()
    {
        SocketTuning.LingerInOrder(Socket);
        Dispose();
    }

    /// <summary>Closes so that the other side sees a reset, never a clean end.</summary>
    public void Reset()
    {
        SocketTuning.ResetWhenLost(Socket);
        Dispose();
    }

    /// <summary>Closes; who waits gets an <see cref="ObjectDisposedException"/> or a <see cref="SocketException"/>.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Socket.Dispose();
        }
    }
}
