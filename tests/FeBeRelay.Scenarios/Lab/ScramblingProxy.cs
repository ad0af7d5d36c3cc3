using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>
/// Half of a pretend tunnel: a TCP proxy that inverts every byte, so that two of them in a row restore what was sent and
/// nobody between them can read it. Ends are passed on as what they are.
/// </summary>
internal sealed class ScramblingProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    public ScramblingProxy(IPEndPoint target, int port = 0)
    {
        _target = target;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<(Task Done, Socket Near)>();
        try
        {
            while (true)
            {
                Socket near = await _listener.AcceptAsync();
                connections.Add((CarryAsync(near), near));
            }
        }
        catch (SocketException)
        {
            connections.ForEach(connection => connection.Near.Close(timeout: 0));
            await Task.WhenAll(connections.Select(connection => connection.Done));
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(_target);
        await Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near));
        near.Dispose();
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer)) > 0)
            {
                for (int i = 0; i < received; i++)
                {
                    buffer[i] = (byte)~buffer[i];
                }

                await to.SendAsync(buffer.AsMemory(0, received));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            from.Close(timeout: 0);
            to.Close(timeout: 0);
        }
    }
}
