using System.Buffers.Binary;
using System.Net.Sockets;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>The ledger of clear bytes is the kernel's own count of them, protected bytes beside them or not.</summary>
public sealed class LedgerTests : IDisposable
{
    // struct tcp_info of Linux.
    private const int TcpInfo = 11;
    private const byte Closed = 7;
    private const int BytesAcked = 120;
    private const int BytesReceived = 128;

    private readonly BackEndStub _backEnd = new();

    [Fact]
    public async Task Its_sums_are_the_kernels_over_connections_that_ended_in_order()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_INFO is Linux'");
        await using var nodes = new LoggedNodes { ListenerPolicy = new EffectivePolicy(NodePolicy.Of(Posture.Server)) };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(listener));
        int[] sizes = [0, 1, 1_460, 70_000, 1_500_000];
        var clear = new List<Socket>();
        foreach (int size in sizes)
        {
            clear.Add(await ConverseAsync(await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa")), size, answer: size / 2 + 3));
            (await ConverseAsync(await LoggedNodes.ConnectAsync(relay.EndPointOf("be")), size + 7, answer: 11)).Dispose();
        }
        await Eventually.TrueAsync(() => listener.Clear.Open.Count == 0 && clear.TrueForAll(socket => Info(socket)[0] == Closed));

        long received = clear.Sum(socket => Kernel(socket).Sent);
        long sent = clear.Sum(socket => Kernel(socket).Received);
        Assert.Equal(sizes.Sum(), received);
        Assert.Equal((sent, received, sizes.Length), (
            nodes.ListenerLedger.Totals.Sum(t => t.BytesSent), nodes.ListenerLedger.Totals.Sum(t => t.BytesReceived), nodes.ListenerLedger.Totals.Sum(t => t.Connections)));
        clear.ForEach(socket => socket.Dispose());
    }

    public void Dispose() => _backEnd.Dispose();

    /// <summary>So many bytes there, the end, so many back, the end.</summary>
    private async Task<Socket> ConverseAsync(Socket client, int question, int answer)
    {
        Task asked = SendAsync(client, question);
        using Socket served = await _backEnd.AcceptAsync();
        Assert.Equal(question, await CountAsync(served));
        await asked;
        Task answered = SendAsync(served, answer);
        Assert.Equal(answer, await CountAsync(client));
        await answered;
        return client;
    }

    private static async Task SendAsync(Socket socket, int count)
    {
        await socket.SendAsync(new byte[count], TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<int> CountAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        int total = 0;
        for (int count = 1; count > 0; total += count)
        {
            count = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        }
        return total;
    }

    /// <summary>What the kernel counted at the other end, which dialled: less its SYN and FIN, and the FIN that came.</summary>
    private static (long Sent, long Received) Kernel(Socket socket)
    {
        byte[] info = Info(socket);
        return ((long)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(BytesAcked)) - 2, (long)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(BytesReceived)) - 1);
    }

    private static byte[] Info(Socket socket)
    {
        var info = new byte[256];
        int length = socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
        Assert.True(length >= BytesReceived + sizeof(long), "the kernel is too old to count bytes");
        return info;
    }
}
