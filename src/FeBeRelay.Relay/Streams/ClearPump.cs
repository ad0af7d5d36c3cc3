using System.Net.Sockets;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Relay.Streams;

/// <summary>
/// Carries a clear connection between the network and an application on this host, both ways at once, byte by byte as they come: half-close as
/// half-close, reset as reset, back pressure as back pressure. Every byte on the network's side is in the ledger. Used once.
/// </summary>
/// <param name="network">The connection with the peer; the pump ends it.</param>
/// <param name="application">The front end's or back end's connection; the pump ends it.</param>
/// <param name="use">Counts the bytes on <paramref name="network"/>.</param>
internal sealed class ClearPump(Socket network, Socket application, ClearUse use)
{
    private StreamFailure? _failure;

    /// <summary>Runs until both directions have ended, or one has failed; then both connections are ended accordingly.</summary>
    /// <param name="first">What was received from the network already, and goes to the application in front of the rest.</param>
    /// <param name="kill">Cuts the connection: the node's drain deadline.</param>
    /// <returns>Null when both ended cleanly.</returns>
    public async Task<StreamFailure?> RunAsync(ReadOnlyMemory<byte> first, CancellationToken kill)
    {
        using CancellationTokenRegistration registration = kill.UnsafeRegister(
            static self => ((ClearPump)self!).Fail(new StreamFailure(StreamSide.Node, "the node's drain deadline has passed", null, null)), this);
        await Task.WhenAll(InwardAsync(first), OutwardAsync()).ConfigureAwait(false);
        network.Dispose();
        application.Dispose();
        return _failure;
    }

    /// <summary>Cuts the connection, if it is not over: policy does not let it go on.</summary>
    public void Cut() => Fail(new StreamFailure(StreamSide.Node, "the policy that took effect does not let it go clear", null, null));

    private async Task InwardAsync(ReadOnlyMemory<byte> first)
    {
        byte[]? buffer = null;
        StreamSide side = StreamSide.Application;
        try
        {
            buffer = Buffers.Plaintext.Rent();
            ReadOnlyMemory<byte> received = first;
            while (true)
            {
                use.CountReceived(received.Length);
                if (!received.IsEmpty)
                {
                    side = StreamSide.Application;
                    await application.SendAsync(received, SocketFlags.None).ConfigureAwait(false);
                }
                side = StreamSide.Network;
                int count = await network.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                if (count == 0)
                {
                    side = StreamSide.Application;
                    application.Shutdown(SocketShutdown.Send);
                    return;
                }
                received = buffer.AsMemory(0, count);
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(StreamFailure.Of(e, side));
        }
        finally
        {
            if (buffer is not null)
            {
                Buffers.Plaintext.Return(buffer);
            }
        }
    }

    private async Task OutwardAsync()
    {
        byte[]? buffer = null;
        StreamSide side = StreamSide.Application;
        try
        {
            buffer = Buffers.Plaintext.Rent();
            while (true)
            {
                side = StreamSide.Application;
                int count = await application.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                side = StreamSide.Network;
                if (count == 0)
                {
                    network.Shutdown(SocketShutdown.Send);
                    return;
                }
                await network.SendAsync(buffer.AsMemory(0, count), SocketFlags.None).ConfigureAwait(false);
                use.CountSent(count);
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(StreamFailure.Of(e, side));
        }
        finally
        {
            if (buffer is not null)
            {
                Buffers.Plaintext.Return(buffer);
            }
        }
    }

    /// <summary>Ends both connections so that both sides see that the stream was cut. The first failure counts; the others are its echo.</summary>
    private void Fail(StreamFailure failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            SocketTuning.Reset(application);
            SocketTuning.Reset(network);
        }
    }

    private static bool IsExpected(Exception e) => e is SocketException or ObjectDisposedException or OutOfMemoryException;
}
