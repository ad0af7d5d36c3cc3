using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FeBeRelay.Channel.Transport;

/// <summary>
/// A receive that holds its buffer while it waits. That is the cheapest while there is traffic; who waits long, or among very many, waits for
/// readability first and holds nothing, which costs a system call more for each message. Thread-safe.
/// </summary>
internal static class BufferedReceive
{
    private const int Plenty = 2_048;

    private static int _waiting;

    /// <summary>Whether so many wait already that one more had better wait without a buffer.</summary>
    public static bool AreTooMany => Volatile.Read(ref _waiting) > Plenty;

    /// <summary>Receives once.</summary>
    /// <param name="socket">From where.</param>
    /// <param name="buffer">The buffer.</param>
    /// <param name="lull">Says that the wait has become long.</param>
    /// <returns>Bytes; 0 at the connection's end; <see cref="StreamSocket.Nothing"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> RunAsync(Socket socket, Memory<byte> buffer, CancellationToken lull)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Interlocked.Increment(ref _waiting);
        try
        {
            return await socket.ReceiveAsync(buffer, lull).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return StreamSocket.Nothing;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
