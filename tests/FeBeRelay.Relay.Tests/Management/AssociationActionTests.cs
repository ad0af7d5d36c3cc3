using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Management;

/// <summary>What an operator does to an association.</summary>
public sealed class AssociationActionTests
{
    [Fact]
    public async Task Deleting_closes_idle_channels_in_order_and_the_next_stream_makes_a_new_association()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        string id = nodes.Association.Id;
        using var client = ManagementClient.OverSocket(nodes.Folder.Socket(ManagementRole.Operator));

        Acted acted = await client.DeleteAsync(id[..8], "the peer was replaced", TestContext.Current.CancellationToken);

        Assert.Equal(new Acted(id, 1), acted);
        Assert.Empty(nodes.Nodes.Relay.Associations.All);
        Assert.Equal(0, nodes.Nodes.Relay.IdleChannels);
        await Eventually.TrueAsync(() => nodes.Nodes.Listener.Associations.All.All(one => one.Channels.Count == 0));
        AuditEvent action = await nodes.Audit.SingleAsync(AuditEventId.ManagementAction);
        Assert.Equal(("local operator", id, "deleted: the peer was replaced"), (action.Endpoint, action.Association, action.Reason));
        Assert.Equal("deleted by an operator", (await nodes.Audit.SingleAsync(AuditEventId.AssociationEnded)).Reason);
        Assert.Empty(nodes.Audit.Failures);

        await nodes.VisitAsync();
        Assert.NotEqual(id, nodes.Association.Id);
    }

    [Fact]
    public async Task Deleting_cuts_the_streams_that_are_open()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using Socket client = await nodes.Nodes.ConnectAsync();
        using Socket served = await nodes.BackEnd.AcceptAsync();
        await client.SendAsync("half"u8.ToArray());
        await served.ReceiveAsync(new byte[4]);
        using var operating = ManagementClient.OverSocket(nodes.Folder.Socket(ManagementRole.Operator));

        await operating.DeleteAsync(nodes.Association.Id, null, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1]));
        await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(new byte[1]));
        Assert.Empty(nodes.Nodes.Relay.Associations.All);
    }

    [Fact]
    public async Task Deleting_at_the_listener_has_the_relay_close()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        Node listener = nodes.Nodes.Listener;
        var actions = new AssociationActions(listener.Associations, () => [], TimeProvider.System);

        Assert.Equal(1, await actions.DeleteAsync(listener.Associations.All.Single(), "test"));

        Assert.Empty(listener.Associations.All);
        await Eventually.TrueAsync(() => nodes.Nodes.Relay.IdleChannels == 0);
        await nodes.VisitAsync();
        Assert.Single(listener.Associations.All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rekeying_makes_new_keys_while_a_stream_goes_on(bool atRelay)
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using Socket client = await nodes.Nodes.ConnectAsync();
        using Socket served = await nodes.BackEnd.AcceptAsync();
        SecureChannel channel = nodes.Association.Channels.Single();
        uint spi = channel.OutboundSpi;
        Node node = atRelay ? nodes.Nodes.Relay : nodes.Nodes.Listener;

        Assert.Equal(1, AssociationActions.Rekey(node.Associations.All.Single()));

        await Eventually.TrueAsync(() => channel.QuickModes == 1 && nodes.Nodes.Listener.Monitor.ReadTotals().Rekeys == 1);
        Assert.NotEqual(spi, channel.OutboundSpi);
        TotalsView totals = nodes.Nodes.Relay.Monitor.ReadTotals();
        Assert.Equal((1, 1, 2, 4), (totals.MainModes, totals.Rekeys, totals.QuickModes, totals.KeyAdditions));
        await client.SendAsync("on"u8.ToArray());
        Assert.Equal(2, await served.ReceiveAsync(new byte[16]));
    }
}
