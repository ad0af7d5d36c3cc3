using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>One connection through the wiretap: two pumps, with the end of each side passed on as what it was.</summary>
internal sealed class TappedConnection(Socket near, WireRecorder toTarget, WireRecorder fromTarget) : IDisposable
{
    private const int BufferLength = 64 * 1024;

    private readonly Socket _far = new(SocketType.Stream, ProtocolType.Tcp);

    public WireRecording Recording => new(toTarget.Head(), fromTarget.Head());

    public async Task RunAsync(IPEndPoint target)
    {
        try
        {
            near.NoDelay = true;
            _far.NoDelay = true;
            await _far.ConnectAsync(target);
            await Task.WhenAll(PumpAsync(near, _far, toTarget), PumpAsync(_far, near, fromTarget));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Reset();
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        near.Dispose();
        _far.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, WireRecorder recorder)
    {
        byte[] buffer = new byte[BufferLength];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer)) > 0)
            {
                ReadOnlyMemory<byte> chunk = buffer.AsMemory(0, received);
                recorder.Record(chunk.Span);
                await SendAllAsync(to, chunk);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other pump may wait for ever on a side that is well: it has to learn at once.
            Reset();
        }
        catch (ObjectDisposedException)
        {
            // The other pump met a reset and has passed it on.
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            chunk = chunk[await to.SendAsync(chunk)..];
        }
    }

    /// <summary>Closing with no linger is what puts a reset on the wire.</summary>
    private void Reset()
    {
        near.Close(timeout: 0);
        _far.Close(timeout: 0);
    }
}
