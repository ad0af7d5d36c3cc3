using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>Peers that are not capable, under Request: what they are, when that is found out, and how long it is remembered.</summary>
public sealed class NotCapableTests
{
    public static TheoryData<string> Ways => ["refuses", "closes", "web server", "mail server"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_peer_that_is_not_capable_is_reached_clear_and_not_tried_again(string way)
    {
        await using var nodes = new OutboundNodes();
        using StubPeer? peer = Peer(way);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer?.EndPoint ?? Closed());

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        int tries = peer?.Connections ?? 0;
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        Assert.Equal(tries, peer?.Connections ?? 0);
        AuditEvent fell = await nodes.Audit.SingleAsync(AuditEventId.FallbackToSoft);
        Assert.Equal(("be", "tested", ClearCause.Soft, 300L), (fell.PeerNode, fell.Rule, fell.Cause, fell.AssociationSeconds));
        await Eventually.TrueAsync(() => nodes.Audit.Events.Count(e => e.Id == (int)AuditEventId.ClearTrafficEnded) == 2);
        AuditEvent clear = nodes.Audit.Events.First(e => e.Id == (int)AuditEventId.ClearTraffic);
        Assert.Equal((OutboundNodes.Endpoint, "be", "tested", ClearCause.Soft), (clear.Endpoint, clear.PeerNode, clear.Rule, clear.Cause));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Require_reaches_it_not_at_all(string way)
    {
        await using var nodes = new OutboundNodes();
        using StubPeer? peer = Peer(way);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.SecureServer), peer?.EndPoint ?? Closed());

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Require_in_audit_only_reaches_it_clear_and_says_that_it_would_not(string way)
    {
        await using var nodes = new OutboundNodes();
        using StubPeer? peer = Peer(way);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.SecureServer).ToAuditOnly(), peer?.EndPoint ?? Closed());

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        AuditEvent would = await nodes.Audit.SingleAsync(AuditEventId.WouldBeRefused);
        Assert.Equal((OutboundNodes.Endpoint, "be", "tested", ClearCause.AuditOnly), (would.Endpoint, would.PeerNode, would.Rule, would.Cause));
        Assert.Equal(ClearCause.AuditOnly, (await nodes.Audit.SingleAsync(AuditEventId.ClearTraffic)).Cause);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Without_an_address_for_clear_bytes_it_is_reached_not_at_all(string way)
    {
        await using var nodes = new OutboundNodes { HasClearTo = false };
        using StubPeer? peer = Peer(way);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer?.EndPoint ?? Closed());

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        AuditEvent refused = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused);
        Assert.StartsWith("noClearTo: ", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_peer_counts_as_not_capable_when_the_fallback_timer_has_passed_and_until_its_soft_association_ends()
    {
        using var clock = new ObservedClock(TimeSpan.FromSeconds(3));
        await using var nodes = new OutboundNodes(clock);
        using StubPeer peer = StubPeer.Silent();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server, seconds: 3), peer.EndPoint);

        Task<string> first = nodes.AskAsync();
        await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => peer.Connections == 1);
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, nodes.ClearServer.Connections);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(OutboundNodes.Clear, await first);

        clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        Assert.Equal(1, peer.Connections);

        clock.Advance(TimeSpan.FromSeconds(1));
        Task<string> later = nodes.AskAsync();
        await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => peer.Connections == 2);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(OutboundNodes.Clear, await later);
    }

    [Fact]
    public async Task Connections_that_come_meanwhile_wait_for_the_one_attempt()
    {
        using var clock = new ObservedClock(TimeSpan.FromSeconds(3));
        await using var nodes = new OutboundNodes(clock);
        using StubPeer peer = StubPeer.Silent();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server, seconds: 3), peer.EndPoint);

        Task<string>[] all = [.. Enumerable.Range(0, 10).Select(_ => nodes.AskAsync())];
        for (int i = 0; i < all.Length; i++)
        {
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
        }
        await Eventually.TrueAsync(() => peer.Connections == 1);
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.All(await Task.WhenAll(all), answer => Assert.Equal(OutboundNodes.Clear, answer));
        Assert.Equal(1, peer.Connections);
        await nodes.Audit.SingleAsync(AuditEventId.FallbackToSoft);
    }

    [Fact]
    public async Task A_fault_of_this_node_is_no_sign_of_the_peer()
    {
        // Documentation's address is none of this host's.
        await using var nodes = new OutboundNodes { SourceAddress = IPAddress.Parse("192.0.2.1") };
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), Closed());

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.DoesNotContain(nodes.Audit.Events, e => e.Id == (int)AuditEventId.FallbackToSoft);
    }

    [Fact]
    public async Task A_server_of_another_protocol_that_never_lets_go_of_the_connection_is_found_out_at_once()
    {
        // The clock stands still: nothing that is waited for ends.
        using var clock = new ObservedClock(TimeSpan.FromSeconds(3));
        await using var nodes = new OutboundNodes(clock);
        var forever = new TaskCompletionSource();
        using var peer = new StubPeer(async (stub, socket, _) =>
        {
            await stub.ReadAsync(socket);
            await socket.SendAsync("220 be.lab.test ESMTP\r\n"u8.ToArray());
            await forever.Task;
        });
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server, seconds: 3), peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        forever.SetResult();
    }

    private static StubPeer? Peer(string way) => way switch
    {
        "refuses" => null,
        "closes" => new StubPeer(async (peer, socket, _) =>
        {
            await peer.ReadAsync(socket);
            socket.Dispose();
        }),
        "web server" => StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()),
        "mail server" => new StubPeer(async (peer, socket, _) =>
        {
            await socket.SendAsync("220 be.lab.test ESMTP\r\n"u8.ToArray());
            await peer.DrainAsync(socket);
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, "not a way"),
    };

    private static IPEndPoint Closed()
    {
        using var gone = new BackEndStub();
        return gone.EndPoint;
    }
}
