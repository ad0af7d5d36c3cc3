using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>Channels that are made ahead of use, against a real listener.</summary>
public sealed class ChannelPoolTests
{
    [Fact]
    public async Task A_channel_that_is_parked_before_its_keys_are_confirmed_is_held_and_carries_streams()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.StartListener(backEnd.EndPoint);
        using var associations = new AssociationTable(NullLogger<AssociationTable>.Instance);
        var peer = new PeerNode("be", nodes.Listener.NodePorts[0], TestNodes.BackEndName);
        var connector = new ChannelConnector(peer, nodes.Identity(TestNodes.FrontEndName), associations, TimeProvider.System);
        await using var pool = new ChannelPool(connector, NullLogger<ChannelPool>.Instance);
        SecureChannel channel = await connector.ConnectAsync(Demand.Require, observe: null, TestContext.Current.CancellationToken);
        Assert.True(await channel.TryParkAsync());

        await pool.HoldAsync(channel);

        await using SecureChannelStream stream = await pool.OpenStreamAsync("owa", TestContext.Current.CancellationToken);
        Assert.Same(channel, associations.All.Single().Channels.Single());
        using Socket served = await backEnd.AcceptAsync();
        await served.SendAsync(new byte[] { 7 });
        byte[] received = new byte[1];
        Assert.Equal(1, await stream.ReadAsync(received, TestContext.Current.CancellationToken));
        Assert.Equal(7, received[0]);
    }

    [Fact]
    public async Task A_channel_that_ends_before_its_keys_are_confirmed_is_let_go()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.StartListener(backEnd.EndPoint);
        using var associations = new AssociationTable(NullLogger<AssociationTable>.Instance);
        var peer = new PeerNode("be", nodes.Listener.NodePorts[0], TestNodes.BackEndName);
        var connector = new ChannelConnector(peer, nodes.Identity(TestNodes.FrontEndName), associations, TimeProvider.System);
        await using var pool = new ChannelPool(connector, NullLogger<ChannelPool>.Instance);
        SecureChannel channel = await connector.ConnectAsync(Demand.Require, observe: null, TestContext.Current.CancellationToken);
        await channel.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => pool.HoldAsync(channel));

        Assert.Equal((0, 0), (pool.IdleCount, associations.All.Single().Channels.Count));
    }
}
