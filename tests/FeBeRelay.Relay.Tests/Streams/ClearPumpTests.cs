using System.Net;
using System.Net.Sockets;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Streams;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Streams;

/// <summary>A clear connection is carried byte by byte, ends as its sides end it, is counted and told.</summary>
public sealed class ClearPumpTests : IDisposable
{
    private static readonly ClearFlow Flow = new("owa", "192.0.2.7", "old", ClearCause.Permit);
    private static readonly PolicyRule Rule = new() { Name = "old", Action = FilterAction.Permit };

    private readonly BackEndStub _peers = new();
    private readonly BackEndStub _applications = new();
    private readonly CollectedAudit _audit = new();
    private readonly AuditLog _log;
    private readonly ClearConnections _clear;

    public ClearPumpTests()
    {
        _log = _audit.LogOf("be", TimeProvider.System);
        _clear = new ClearConnections(_log, TimeProvider.System);
    }

    [Fact]
    public async Task Bytes_and_half_closes_pass_and_are_counted()
    {
        (Socket peer, Socket network) = await PairAsync(_peers);
        (Socket backEnd, Socket application) = await PairAsync(_applications);
        Task<ClearEnd> carried = CarryAsync(network, application, "GET "u8.ToArray());
        await peer.SendAsync("/ HTTP/1.0"u8.ToArray());
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("GET / HTTP/1.0", await StreamTests.ReadToEndAsync(backEnd));
        Assert.Single(_clear.Open);
        await backEnd.SendAsync("200"u8.ToArray());
        backEnd.Shutdown(SocketShutdown.Send);
        Assert.Equal("200", await StreamTests.ReadToEndAsync(peer));

        Assert.Equal(new ClearEnd(3, 14, null), await carried);
        Assert.Empty(_clear.Open);
        Assert.Equal([new ClearTotals(Flow, 1, 3, 14)], _log.ClearBytes.Totals);
        AuditEvent ended = await _audit.SingleAsync(AuditEventId.ClearTrafficEnded);
        Assert.Equal(("old", ClearCause.Permit, 3ul, 14ul), (ended.Rule, ended.Cause, ended.BytesSent, ended.BytesReceived));
        Assert.Equal(ended.RemoteAddress, peer.LocalEndPoint!.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_on_one_side_is_a_reset_on_the_other(bool byPeer)
    {
        (Socket peer, Socket network) = await PairAsync(_peers);
        (Socket backEnd, Socket application) = await PairAsync(_applications);
        Task<ClearEnd> carried = CarryAsync(network, application, ReadOnlyMemory<byte>.Empty);
        Socket resets = byPeer ? peer : backEnd;
        resets.LingerState = new LingerOption(true, 0);
        resets.Dispose();

        SocketException e = await Assert.ThrowsAsync<SocketException>(async () => await (byPeer ? backEnd : peer).ReceiveAsync(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        Assert.Equal(byPeer ? StreamSide.Network : StreamSide.Application, (await carried).Failure!.Side);
    }

    [Fact]
    public async Task A_node_that_stops_cuts_it_with_a_reset()
    {
        (Socket peer, Socket network) = await PairAsync(_peers);
        (Socket backEnd, Socket application) = await PairAsync(_applications);
        using var kill = new CancellationTokenSource();
        Task<ClearEnd> carried = _clear.CarryAsync(Flow, Rule, network, application, ReadOnlyMemory<byte>.Empty, () => true, kill.Token);
        await kill.CancelAsync();

        Assert.Equal(StreamSide.Node, (await carried).Failure!.Side);
        await Assert.ThrowsAsync<SocketException>(async () => await peer.ReceiveAsync(new byte[1]));
        await Assert.ThrowsAsync<SocketException>(async () => await backEnd.ReceiveAsync(new byte[1]));
    }

    public void Dispose()
    {
        _peers.Dispose();
        _applications.Dispose();
    }

    private Task<ClearEnd> CarryAsync(Socket network, Socket application, ReadOnlyMemory<byte> first) =>
        _clear.CarryAsync(Flow, Rule, network, application, first, () => true, TestContext.Current.CancellationToken);

    private static async Task<(Socket Outside, Socket Inside)> PairAsync(BackEndStub stub)
    {
        var outside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await outside.ConnectAsync(stub.EndPoint, TestContext.Current.CancellationToken);
        return (outside, await stub.AcceptAsync());
    }
}
