using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>A way between two nodes that passes on a number of bytes of one direction and then ends the connection: both sides meet an orderly end of TCP.</summary>
internal sealed class CuttingWay : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _to;
    private Task<(int Outward, int Inward)> _carried = Task.FromResult((0, 0));

    public CuttingWay(IPEndPoint to)
    {
        _to = to;
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    /// <summary>Bytes that the next connections may carry outward (to the listener) and inward before they are cut.</summary>
    public (int Outward, int Inward) Passes { get; set; } = (int.MaxValue, int.MaxValue);

    /// <summary>Bytes of one direction that the newest connection has carried, when it is over.</summary>
    public async Task<int> CarriedAsync(bool outward)
    {
        (int there, int back) = await _carried;
        return outward ? there : back;
    }

    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _carried = ServeAsync(await _listening.AcceptAsync(), Passes);
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }

    private async Task<(int Outward, int Inward)> ServeAsync(Socket near, (int Outward, int Inward) passes)
    {
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            await far.ConnectAsync(_to);
            Task<int> outward = PassOnAsync(near, far, passes.Outward);
            Task<int> inward = PassOnAsync(far, near, passes.Inward);
            return (await outward, await inward);
        }
    }

    private static async Task<int> PassOnAsync(Socket from, Socket to, int most)
    {
        var buffer = new byte[16 * 1024];
        int passed = 0;
        try
        {
            while (passed < most)
            {
                int size = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, most - passed)));
                if (size == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return passed;
                }
                await to.SendAsync(buffer.AsMemory(0, size));
                passed += size;
            }
            // Ended in order on both sides: nothing in TCP says that something is missing.
            to.Shutdown(SocketShutdown.Both);
            from.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            SocketTuning.Reset(to);
        }
        return passed;
    }
}
