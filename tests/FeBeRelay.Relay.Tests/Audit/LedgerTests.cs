using System.Buffers.Binary;
using System.Net;
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

    private static readonly int[] Sizes = [0, 1, 1_460, 70_000, 1_500_000];

    private readonly BackEndStub _backEnd = new();

    [Fact]
    public async Task Its_sums_are_the_kernels_over_connections_that_ended_in_order()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_INFO is Linux'");
        await using var nodes = new LoggedNodes { ListenerPolicy = new EffectivePolicy(NodePolicy.Of(Posture.Server)) };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(listener));
        var clear = new List<Socket>();
        foreach (int size in Sizes)
        {
            (Socket client, Socket served) = await ConverseAsync(listener.ServicePortOf("owa"), _backEnd, size, answer: size / 2 + 3);
            served.Dispose();
            clear.Add(client);
            await ConverseAsync(relay.EndPointOf("be"), size + 7);
        }
        await Eventually.TrueAsync(() => listener.Clear.Open.Count == 0 && clear.TrueForAll(socket => Info(socket)[0] == Closed));

        // The other end dialled, so its SYN was acknowledged too.
        long received = clear.Sum(socket => Kernel(socket, dialled: true).Sent);
        long sent = clear.Sum(socket => Kernel(socket, dialled: true).Received);
        Assert.Equal(Sizes.Sum(), received);
        Assert.Equal((sent, received, Sizes.Length), (
            nodes.ListenerLedger.Totals.Sum(t => t.BytesSent), nodes.ListenerLedger.Totals.Sum(t => t.BytesReceived), nodes.ListenerLedger.Totals.Sum(t => t.Connections)));
        clear.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task The_sums_of_a_node_that_dials_are_the_kernels_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_INFO is Linux'");
        await using var nodes = new LoggedNodes();
        using var plain = new BackEndStub();
        Node relay = nodes.StartRelay(new NodeOptions
        {
            Name = "fe",
            Identity = nodes.Identity(TestNodes.FrontEndName),
            Peers = [LoggedNodes.PeerAt(nodes.StartListener(LoggedNodes.ServiceOf(_backEnd)))],
            Endpoints =
            [
                new EndpointOptions("old", new IPEndPoint(IPAddress.Loopback, 0), "be", "owa") { ClearTo = plain.EndPoint },
                new EndpointOptions("be", new IPEndPoint(IPAddress.Loopback, 0), "be", "owa"),
            ],
            Policy = new EffectivePolicy(new NodePolicy("tested", Posture.SecureServer,
                [new PolicyRule { Name = "old", Action = FilterAction.Permit, Filters = [PolicyFilter.All with { Endpoint = "old" }] }])),
        });
        var clear = new List<Socket>();
        foreach (int size in Sizes)
        {
            (Socket client, Socket served) = await ConverseAsync(relay.EndPointOf("old"), plain, size, answer: size / 2 + 3);
            client.Dispose();
            clear.Add(served);
            await ConverseAsync(relay.EndPointOf("be"), size + 7);
        }
        await Eventually.TrueAsync(() => relay.Clear.Open.Count == 0 && clear.TrueForAll(socket => Info(socket)[0] == Closed));

        long sent = clear.Sum(socket => Kernel(socket, dialled: false).Received);
        long received = clear.Sum(socket => Kernel(socket, dialled: false).Sent);
        Assert.Equal(Sizes.Sum(), sent);
        Assert.Equal((sent, received, Sizes.Length), (
            nodes.RelayLedger.Totals.Sum(t => t.BytesSent), nodes.RelayLedger.Totals.Sum(t => t.BytesReceived), nodes.RelayLedger.Totals.Sum(t => t.Connections)));
        clear.ForEach(socket => socket.Dispose());
    }

    public void Dispose() => _backEnd.Dispose();

    /// <summary>The same through channels.</summary>
    private async Task ConverseAsync(EndPoint endpoint, int question)
    {
        (Socket client, Socket served) = await ConverseAsync(endpoint, _backEnd, question, answer: 11);
        client.Dispose();
        served.Dispose();
    }

    /// <summary>So many bytes there, the end, so many back, the end.</summary>
    private static async Task<(Socket Client, Socket Served)> ConverseAsync(EndPoint endpoint, BackEndStub server, int question, int answer)
    {
        Socket client = await LoggedNodes.ConnectAsync(endpoint);
        Task asked = SendAsync(client, question);
        Socket served = await server.AcceptAsync();
        Assert.Equal(question, await CountAsync(served));
        await asked;
        Task answered = SendAsync(served, answer);
        Assert.Equal(answer, await CountAsync(client));
        await answered;
        return (client, served);
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

    /// <summary>What the kernel counted at the other end: less its FIN and, where it dialled, its SYN, and the FIN that came.</summary>
    private static (long Sent, long Received) Kernel(Socket socket, bool dialled)
    {
        byte[] info = Info(socket);
        return ((long)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(BytesAcked)) - (dialled ? 2 : 1), (long)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(BytesReceived)) - 1);
    }

    private static byte[] Info(Socket socket)
    {
        var info = new byte[256];
        int length = socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
        Assert.True(length >= BytesReceived + sizeof(long), "the kernel is too old to count bytes");
        return info;
    }
}
