using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>Whoever sends a byte that parses as this protocol forbids going clear: forgers among them, who can only block.</summary>
public sealed class SpeakingPeerTests
{
    private static readonly byte[] ForgedAlert = Convert.FromHexString("FB4642520D0A0D0A7F00000000");

    [Fact]
    public async Task A_forged_alert_blocks_the_attempt_and_nothing_goes_clear()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Saying(ForgedAlert);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer.EndPoint);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.Equal(FallbackSettings.Default.Tries, peer.Connections);
        AuditEvent refused = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused);
        Assert.StartsWith("negotiationFailed: ", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_forged_alert_does_not_outlive_an_accept_in_the_same_attempt()
    {
        await using var nodes = new OutboundNodes();
        using var peer = new AlteringPeer(nodes.StartListener().NodePorts[0], connection => connection == 1 ? 40 : null);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer.EndPoint);

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
    }

    [Fact]
    public async Task A_forged_alert_in_the_first_try_forbids_clear_though_the_others_are_refused()
    {
        await using var nodes = new OutboundNodes();
        using var peer = new StubPeer(async (stub, socket, number) =>
        {
            await stub.ReadAsync(socket);
            if (number == 1)
            {
                await socket.SendAsync(ForgedAlert);
                await stub.DrainAsync(socket);
            }
            socket.Dispose();
        });
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer.EndPoint);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.Equal(FallbackSettings.Default.Tries, peer.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task The_beginning_of_a_message_is_waited_for_and_blocks(int bytes)
    {
        using var clock = new ObservedClock(Limits.FirstMessageDeadline);
        await using var nodes = new OutboundNodes(clock);
        using StubPeer peer = StubPeer.Saying(ForgedAlert[..bytes]);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server, seconds: 3), peer.EndPoint);

        Task<string> asked = nodes.AskAsync();
        // Connecting may take as long, and comes first; once more when the beginning was taken.
        for (int i = 0; i < 3; i++)
        {
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
        }
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, nodes.ClearServer.Connections);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(OutboundNodes.Reset, await asked);
        nodes.AssertNothingWentClear();
    }

    [Theory]
    [InlineData(12)]
    [InlineData(60)]
    [InlineData(400)]
    public async Task A_changed_byte_of_the_peer_blocks(int at)
    {
        await using var nodes = new OutboundNodes();
        using var peer = new AlteringPeer(nodes.StartListener().NodePorts[0], _ => at);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer.EndPoint);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.Equal(0, nodes.BackEnd.Connections);
    }

    [Fact]
    public async Task A_peer_of_another_name_is_refused_at_once()
    {
        await using var nodes = new OutboundNodes();
        Node listener = nodes.StartListener(nodes.Nodes.Identity("stranger.lab.test"));
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), listener.NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.StartsWith("credentials: ", (await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_refuses_this_node_is_not_talked_to_clear()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), nodes.StartListenerFor("other.lab.test").NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
        Assert.StartsWith("credentials: ", (await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_common_suite_blocks()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), nodes.StartListener(nodes.ListenerWith(Suite.Aes128Gcm)).NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
    }

    [Fact]
    public async Task Under_the_later_windows_behaviour_it_goes_clear()
    {
        await using var nodes = new OutboundNodes();
        PolicyRule rule = OutboundNodes.RuleOf(Posture.Server);
        nodes.StartRelay(
            rule with { Fallback = rule.Fallback with { Behaviour = FallbackBehaviour.WindowsXp } }, nodes.StartListener(nodes.ListenerWith(Suite.Aes128Gcm)).NodePorts[0]);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
    }

    [Fact]
    public async Task A_capable_peer_is_reached_protected_from_the_first_byte()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), nodes.StartListener().NodePorts[0]);

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());
        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
    }
}
