using System.Net.Sockets;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Monitoring;

/// <summary>What the monitor's figures mean.</summary>
public sealed class TotalsTests
{
    [Theory]
    [InlineData("aes256-gcm")]
    [InlineData("aes256-gmac")]
    public async Task Bytes_are_confidential_or_authenticated_by_suite_and_both_ends_say_the_same(string suite)
    {
        await using var nodes = new TestNodes { Suite = Suite.Find(suite)! };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await VisitAsync(nodes, backEnd, 100_000);

        MonitorView relay = nodes.Relay.Monitor.Read();
        MonitorView listener = nodes.Listener.Monitor.Read();
        bool confidential = suite == "aes256-gcm";
        ulong sent = confidential ? relay.Totals.ConfidentialBytesSent : relay.Totals.AuthenticatedBytesSent;
        Assert.Equal(0ul, confidential ? relay.Totals.AuthenticatedBytesSent : relay.Totals.ConfidentialBytesSent);
        Assert.InRange(sent, 100_000ul, 101_000ul);
        Assert.Equal(sent, confidential ? listener.Totals.ConfidentialBytesReceived : listener.Totals.AuthenticatedBytesReceived);
        Assert.Equal((relay.Totals.RecordsSent, relay.Totals.RecordsReceived), (listener.Totals.RecordsReceived, listener.Totals.RecordsSent));
        AssociationView one = relay.Associations.Single();
        Assert.Equal((confidential ? Protection.Secured : Protection.AuthenticatedOnly, sent, "initiator"), (one.Protection, one.BytesSent, one.Role));
        ChannelView channel = one.Channels.Single();
        Assert.Equal(("owa", "owa", "secureServer", ChannelState.Idle), (channel.Service, channel.Endpoint, channel.Rule, channel.State));
        Assert.InRange(channel.RekeyInSeconds!.Value, 780, 990);
        Assert.InRange(one.ExpiresInSeconds, 28_000, 28_800);
        ChannelView other = listener.Associations.Single().Channels.Single();
        Assert.Equal((channel.Id, channel.InboundSpi, channel.LocalAddress), (other.Id, other.OutboundSpi, other.RemoteAddress));
    }

    [Fact]
    public async Task Totals_keep_what_ended_associations_came_to()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await VisitAsync(nodes, backEnd, 5_000);
        TotalsView before = nodes.Relay.Monitor.ReadTotals();
        Channel.Associations.Association one = nodes.Relay.Associations.All.Single();
        foreach (Channel.SecureChannel channel in one.Channels)
        {
            await channel.CloseAsync();
        }
        nodes.Relay.Associations.Retire(one, "test");

        TotalsView after = nodes.Relay.Monitor.ReadTotals();
        Assert.Equal(0, after.ActiveAssociations);
        Assert.True(after.ConfidentialBytesSent >= before.ConfidentialBytesSent);
        Assert.Equal((1, 1, 2), (after.MainModes, after.QuickModes, after.KeyAdditions));

        await VisitAsync(nodes, backEnd, 5_000);
        TotalsView again = nodes.Relay.Monitor.ReadTotals();
        Assert.Equal((2, 2), (again.MainModes, again.QuickModes));
        Assert.True(again.ConfidentialBytesSent >= after.ConfidentialBytesSent + 5_000);
    }

    [Fact]
    public async Task Failures_are_counted_also_where_the_log_tells_a_flood_in_one_line()
    {
        var audit = new CollectedAudit();
        await using var nodes = new TestNodes { WithListener = options => options with { Audit = audit.LogOf("be", TimeProvider.System) } };
        using var backEnd = new BackEndStub();
        nodes.StartListener(backEnd.EndPoint);
        for (int i = 0; i < 25; i++)
        {
            using Socket stranger = await LoggedNodes.ConnectAsync(nodes.Listener.NodePorts[0]);
            await stranger.SendAsync("this is no preface of the protocol"u8.ToArray());
            stranger.Shutdown(SocketShutdown.Send);
            await Eventually.TrueAsync(() => nodes.Listener.Monitor.ReadTotals().NegotiationFailures == i + 1);
        }
        Assert.Equal(10, audit.Events.Count(e => e.Id == (int)AuditEventId.InvalidData));
        Assert.Equal(0, nodes.Listener.Monitor.ReadTotals().AuthenticationFailures);
    }

    [Fact]
    public void Clear_flows_are_told_with_rule_and_cause()
    {
        AuditLog audit = AuditLog.None();
        ClearByteLedger.Entry entry = audit.ClearTraffic(new ClearFlow("owa", "be1", "migration", ClearCause.Soft), ["soft"], null, null);
        entry.AddSent(7);
        entry.AddReceived(9);
        Assert.Equal((1, 7, 9), audit.ClearBytes.Totals.Select(t => (t.Connections, t.BytesSent, t.BytesReceived)).Single());
        Assert.Equal(1, audit.Counts[AuditEventId.ClearTraffic]);
    }

    private static async Task VisitAsync(TestNodes nodes, BackEndStub backEnd, int bytes)
    {
        using Socket client = await nodes.ConnectAsync();
        Task sending = SendAsync(client, bytes);
        using Socket served = await backEnd.AcceptAsync();
        Assert.Equal(bytes, (await StreamTests.ReadToEndAsync(served)).Length);
        await sending;
        served.Shutdown(SocketShutdown.Send);
        Assert.Empty(await StreamTests.ReadToEndAsync(client));
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
    }

    private static async Task SendAsync(Socket client, int bytes)
    {
        await client.SendAsync(new byte[bytes]);
        client.Shutdown(SocketShutdown.Send);
    }
}
