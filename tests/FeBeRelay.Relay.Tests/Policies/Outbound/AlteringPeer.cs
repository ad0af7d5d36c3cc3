using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>Stands in front of a node port, and changes one byte of what comes back.</summary>
internal sealed class AlteringPeer : IDisposable
{
    private readonly StubPeer _front;

    /// <param name="target">The node port.</param>
    /// <param name="alter">Which byte of a connection's answer is changed, from 0; null changes none. Connections count from 1.</param>
    public AlteringPeer(IPEndPoint target, Func<int, int?> alter) => _front = new StubPeer(async (_, near, number) =>
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(target);
        await Task.WhenAll(PumpAsync(near, far, null), PumpAsync(far, near, alter(number)));
    });

    public IPEndPoint EndPoint => _front.EndPoint;

    public int Connections => _front.Connections;

    public void Dispose() => _front.Dispose();

    private static async Task PumpAsync(Socket from, Socket to, int? altered)
    {
        byte[] buffer = new byte[65_536];
        int passed = 0;
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0; passed += count)
            {
                if (altered is { } at && at >= passed && at < passed + count)
                {
                    buffer[at - passed] ^= 0x01;
                }
                await to.SendAsync(buffer.AsMemory(0, count));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
