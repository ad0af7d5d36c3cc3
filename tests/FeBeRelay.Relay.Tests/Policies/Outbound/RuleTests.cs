using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>What else a rule says: permit and block, the methods that protect, and the account that is kept of clear bytes.</summary>
public sealed class RuleTests
{
    [Fact]
    public async Task Permit_goes_clear_and_asks_nobody()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Silent();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        Assert.Equal(0, peer.Connections);
    }

    [Fact]
    public async Task Block_refuses_and_says_so()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Block }, nodes.StartListener().NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        AuditEvent refused = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused);
        Assert.Equal((OutboundNodes.Endpoint, "be", "tested", FailurePoint.Me), (refused.Endpoint, refused.PeerNode, refused.Rule, refused.FailurePoint));
        Assert.Contains("refused by rule tested (rule)", Assert.Single(nodes.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rule_that_names_only_keys_that_this_node_has_not_is_no_reason_to_go_clear(bool isCapable)
    {
        await using var nodes = new OutboundNodes();
        using StubPeer silent = StubPeer.Silent();
        PolicyRule rule = OutboundNodes.RuleOf(Posture.Server);
        nodes.StartRelay(
            rule with { Security = rule.Security with { Authentication = [AuthenticationMethod.Parse("psk=lost")!] } },
            isCapable ? nodes.StartListener().NodePorts[0] : silent.EndPoint);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.Contains("psk=lost, which this node does not have", Assert.Single(nodes.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_do_not_fill_the_log_and_those_that_are_not_in_it_are_counted()
    {
        const int refusals = 70;
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var nodes = new OutboundNodes(clock);
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Block }, nodes.StartListener().NodePorts[0]);
        for (int i = 0; i < refusals; i++)
        {
            Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        }
        Assert.Equal(60, nodes.Log.Warnings.Count);

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        Assert.Equal(62, nodes.Log.Warnings.Count);
        Assert.StartsWith("10 more lines like the next", nodes.Log.Warnings[60], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_looser_policy_that_is_prepared_sends_nothing_clear_before_it_is_in_effect()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Silent();
        peer.Dispose();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.SecureServer), peer.EndPoint);
        NodePolicy next = OutboundNodes.PolicyOf(new PolicyRule { Name = "", Action = FilterAction.Permit });

        nodes.Policy.Prepare(next);
        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        nodes.AssertNothingWentClear();

        nodes.Policy.Change(next, "the test");
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
    }

    [Fact]
    public async Task A_stricter_policy_that_is_prepared_protects_what_goes_out_at_once()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, nodes.StartListener().NodePorts[0]);
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        nodes.Policy.Prepare(OutboundNodes.PolicyOf(OutboundNodes.RuleOf(Posture.SecureServer)));

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());
        Assert.Equal(1, nodes.ClearServer.Connections);
    }

    [Fact]
    public async Task Suites_and_lifetimes_of_the_rule_are_those_that_are_negotiated()
    {
        await using var nodes = new OutboundNodes();
        var lifetimes = new Lifetimes(3_600, 7, 600, 50_000);
        nodes.StartRelay(
            OutboundNodes.RuleOf(Posture.SecureServer) with { Security = new SecurityMethods([Suite.Aes128Gcm], ForwardSecrecy: true, lifetimes) },
            nodes.StartListener(nodes.ListenerWith(Suite.Aes128Gcm)).NodePorts[0]);

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        Association association = Assert.Single(nodes.Relay.Associations.All);
        Assert.Equal((Suite.Aes128Gcm, lifetimes), (association.Suite, association.Lifetimes));
    }

    [Fact]
    public async Task Without_forward_secrecy_quick_mode_brings_no_share_and_a_listener_that_demands_one_refuses()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(
            OutboundNodes.RuleOf(Posture.SecureServer) with { Security = SecurityMethods.Default with { ForwardSecrecy = false } }, nodes.StartListener().NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        await Eventually.TrueAsync(() => nodes.Nodes.ListenerLog.Warnings.Any(line => line.Contains("brings no share", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_forward_secrecy_on_either_side_traffic_is_protected_all_the_same()
    {
        PolicyRule rule = OutboundNodes.RuleOf(Posture.SecureServer) with { Security = SecurityMethods.Default with { ForwardSecrecy = false } };
        await using var nodes = new OutboundNodes();
        Node listener = nodes.StartListener();
        nodes.Nodes.ListenerPolicy.Change(OutboundNodes.PolicyOf(rule), "the test");
        nodes.StartRelay(rule, listener.NodePorts[0]);

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.Empty(nodes.Log.Warnings);
    }

    [Fact]
    public async Task Clear_bytes_are_in_the_ledger_and_their_connection_in_the_log()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Silent();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        AuditEvent ended = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficEnded);
        Assert.Equal((8UL, 5UL, nodes.ClearServer.EndPoint.ToString()), (ended.BytesSent, ended.BytesReceived, ended.RemoteAddress));
    }
}
