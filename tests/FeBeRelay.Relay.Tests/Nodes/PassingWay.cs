using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>A way between two nodes that the test can close to new connections: those are reset, the ones that are there go on.</summary>
internal sealed class PassingWay : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private volatile IPEndPoint? _to;

    public PassingWay()
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    /// <summary>Where new connections go, null for nowhere.</summary>
    public IPEndPoint? To { get => _to; set => _to = value; }

    /// <summary>New connections are there, but carry nothing until this is over.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listening.AcceptAsync(), _to, Open);
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }

    private static async Task ServeAsync(Socket near, IPEndPoint? to, Task open)
    {
        if (to is null)
        {
            SocketTuning.Reset(near);
            return;
        }
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            await open;
            await far.ConnectAsync(to);
            await Task.WhenAll(PassOnAsync(near, far), PassOnAsync(far, near));
        }
    }

    private static async Task PassOnAsync(Socket from, Socket to)
    {
        var buffer = new byte[4_096];
        try
        {
            for (int size; (size = await from.ReceiveAsync(buffer)) > 0;)
            {
                await to.SendAsync(buffer.AsMemory(0, size));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            SocketTuning.Reset(to);
        }
        catch (ObjectDisposedException)
        {
            // The other direction has ended both.
        }
    }
}
