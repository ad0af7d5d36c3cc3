using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>Carries a negotiation's bytes over its socket, under its deadline.</summary>
internal static class NegotiationTransport
{
    /// <summary>Takes what was received already, sends what is pending, then receives until the negotiation pauses or is done.</summary>
    /// <exception cref="ProtocolException">It has failed; what it has to say about that is for <see cref="SendLastWordsAsync"/>.</exception>
    public static Task AdvanceAsync(NegotiationBase negotiation, StreamSocket socket, TimeProvider time, CancellationToken cancellation) =>
        AdvanceAsync(negotiation, ReadOnlyMemory<byte>.Empty, socket, time, cancellation);

    /// <inheritdoc cref="AdvanceAsync(NegotiationBase, StreamSocket, TimeProvider, CancellationToken)"/>
    public static async Task AdvanceAsync(
        NegotiationBase negotiation, ReadOnlyMemory<byte> received, StreamSocket socket, TimeProvider time, CancellationToken cancellation)
    {
        var buffer = new byte[4_096];
        if (!received.IsEmpty)
        {
            negotiation.Receive(received.Span);
        }
        await FlushAsync(negotiation, socket, cancellation).ConfigureAwait(false);
        while (negotiation.Status == NegotiationStatus.NeedsBytes)
        {
            int count = await ReceiveAsync(negotiation, socket, buffer, time, cancellation).ConfigureAwait(false);
            // Public-key work must not run on the thread that serves every socket's events.
            await Task.Yield();
            if (count == 0)
            {
                throw negotiation.ReceiveEnd();
            }
            negotiation.Receive(buffer.AsSpan(0, count));
            await FlushAsync(negotiation, socket, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what a failed negotiation left (the alert, or a coarse code), and the end of the connection. Never throws.</summary>
    public static async Task SendLastWordsAsync(NegotiationBase negotiation, StreamSocket socket, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(Limits.DiscardDeadline, time);
        try
        {
            await FlushAsync(negotiation, socket, deadline.Token).ConfigureAwait(false);
            socket.Socket.Shutdown(SocketShutdown.Send);
            var discarded = new byte[4_096];
            int most = Limits.MaxUnauthenticatedBytes;
            for (int count = 1; count > 0 && most > 0; most -= count)
            {
                count = await socket.ReceiveAsync(discarded, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody is listening any more.
        }
    }

    private static async Task<int> ReceiveAsync(NegotiationBase negotiation, StreamSocket socket, byte[] buffer, TimeProvider time, CancellationToken cancellation)
    {
        return await WithinDeadlineAsync(negotiation, either => socket.ReceiveAsync(buffer, either).AsTask(), time, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for something that the negotiation needs, until its deadline.</summary>
    /// <exception cref="ProtocolException">The deadline has passed.</exception>
    public static async Task<T> WithinDeadlineAsync<T>(NegotiationBase negotiation, Func<CancellationToken, Task<T>> wait, TimeProvider time, CancellationToken cancellation)
    {
        TimeSpan left = negotiation.Deadline - time.GetElapsedTime(0);
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await wait(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            negotiation.CheckDeadline(TimeSpan.MaxValue);
            throw;
        }
    }

    private static async Task FlushAsync(NegotiationBase negotiation, StreamSocket socket, CancellationToken cancellation)
    {
        byte[] output = negotiation.TakeOutput();
        if (output.Length > 0)
        {
            await socket.SendAsync(output, cancellation).ConfigureAwait(false);
        }
    }
}
