using System.Net.Sockets;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>Client (Respond Only): the first connection goes clear, and beside it the peer is asked whether it wants security.</summary>
public sealed class EnquiryTests
{
    private static readonly byte[] ForgedAlert = Convert.FromHexString("FB4642520D0A0D0A7F00000000");

    [Fact]
    public async Task The_first_connection_is_clear_and_those_after_the_answer_are_protected()
    {
        await using var nodes = new OutboundNodes();
        Node listener = nodes.StartListener();
        nodes.StartRelay(Posture.Client.Rule, listener.NodePorts[0]);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        await Eventually.TrueAsync(() => nodes.Relay.Associations.All.Count == 1);
        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        Assert.Equal(1, nodes.ClearServer.Connections);
        AuditEvent clear = await nodes.Audit.SingleAsync(AuditEventId.ClearTraffic);
        Assert.Equal((ClearCause.Permit, "tested"), (clear.Cause, clear.Rule));
        Assert.Empty(nodes.Audit.Failures);
    }

    [Fact]
    public async Task A_clear_connection_that_is_open_stays_clear_and_is_listed_until_it_ends()
    {
        await using var nodes = new OutboundNodes { ClearServer = StubPeer.Silent() };
        nodes.StartRelay(Posture.Client.Rule, nodes.StartListener().NodePorts[0]);

        using (Socket early = await nodes.ConnectAsync())
        {
            await early.SendAsync("question"u8.ToArray());
            await Eventually.TrueAsync(() => nodes.Log.Lines.Any(line => line.Contains("be wants security: protected from the next connection on; 1 that are open stay clear", StringComparison.Ordinal)));
            Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());
            Assert.Equal("be", Assert.Single(nodes.Relay.Clear.Open).Flow.Peer);
            await early.SendAsync("more"u8.ToArray());
            await Eventually.TrueAsync(() => nodes.ClearServer.Bytes == 12);
        }
        await Eventually.TrueAsync(() => nodes.Relay.Clear.Open.Count == 0);
    }

    [Fact]
    public async Task Switched_off_nothing_is_started()
    {
        await using var nodes = new OutboundNodes { IsEnquiryOn = false };
        using StubPeer peer = StubPeer.Silent();
        nodes.StartRelay(Posture.Client.Rule, peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        Assert.Equal(0, peer.Connections);
    }

    [Fact]
    public async Task A_peer_that_is_not_capable_is_asked_once_in_the_life_of_its_soft_association()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        nodes.StartRelay(Posture.Client.Rule, peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        await nodes.Audit.SingleAsync(AuditEventId.FallbackToSoft);
        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());

        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Bytes_that_parse_without_an_accept_end_the_clear_traffic_until_there_is_one()
    {
        await using var nodes = new OutboundNodes();
        bool forges = true;
        System.Net.IPEndPoint listener = nodes.StartListener().NodePorts[0];
        using var peer = new AlteringPeer(listener, _ => forges ? 20 : null);
        nodes.StartRelay(Posture.Client.Rule, peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        await Eventually.TrueAsync(() => nodes.Log.Lines.Any(line => line.Contains("nothing goes clear before it answers", StringComparison.Ordinal)));
        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        Assert.Equal(1, nodes.ClearServer.Connections);

        forges = false;
        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());
        Assert.Equal(1, nodes.ClearServer.Connections);
    }

    [Fact]
    public async Task A_forged_alert_to_the_enquiry_blocks_what_follows()
    {
        await using var nodes = new OutboundNodes();
        using StubPeer peer = StubPeer.Saying(ForgedAlert);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Client), peer.EndPoint);

        Assert.Equal(OutboundNodes.Clear, await nodes.AskAsync());
        await Eventually.TrueAsync(() => nodes.Log.Lines.Any(line => line.Contains("nothing goes clear before it answers", StringComparison.Ordinal)));

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        Assert.Equal(1, nodes.ClearServer.Connections);
    }

    [Fact]
    public async Task A_clear_address_that_does_not_answer_does_not_keep_the_peer_from_being_asked()
    {
        await using var nodes = new OutboundNodes();
        nodes.ClearServer.Dispose();
        nodes.StartRelay(Posture.Client.Rule, nodes.StartListener().NodePorts[0]);

        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());
        await Eventually.TrueAsync(() => nodes.Relay.Associations.All.Count == 1);
        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());
    }
}
