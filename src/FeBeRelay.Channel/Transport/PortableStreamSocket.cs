using System.Net.Sockets;

namespace FeBeRelay.Channel.Transport;

/// <summary>Waits as .NET does: a receive holds its buffer while there is traffic, since waiting without one costs a receive of no bytes more for each message.</summary>
internal sealed class PortableStreamSocket(Socket socket) : StreamSocket(socket)
{
    /// <inheritdoc/>
    public override bool IsDrained => BufferedReceive.AreTooMany;

    /// <inheritdoc/>
    public override bool WaitsWithBuffer => true;

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) => Socket.ReceiveAsync(buffer, cancellation);

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveIfAnyAsync(Memory<byte> buffer, CancellationToken lull) => BufferedReceive.RunAsync(Socket, buffer, lull);

    /// <inheritdoc/>
    public override async ValueTask WaitReadableAsync(CancellationToken cancellation)
    {
        // A receive of no bytes also ends for an event whose bytes were received before.
        do
        {
            await Socket.ReceiveAsync(Memory<byte>.Empty, cancellation).ConfigureAwait(false);
        }
        while (!IsReadable());
    }

    /// <inheritdoc/>
    public override bool IsReadable() => Socket.Poll(0, SelectMode.SelectRead);

    /// <inheritdoc/>
    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        ValueTask<int> sending = Socket.SendAsync(bytes, cancellation);
        if (!sending.IsCompletedSuccessfully)
        {
            return AllOf(sending);
        }
        sending.GetAwaiter().GetResult();
        return default;

        [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask AllOf(ValueTask<int> sending) => await sending.ConfigureAwait(false);
    }
}
