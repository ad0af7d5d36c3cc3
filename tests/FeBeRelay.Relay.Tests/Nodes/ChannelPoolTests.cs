using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>Channels that are made ahead of use, against a real listener.</summary>
public sealed class ChannelPoolTests : IAsyncDisposable
{
    private readonly TestNodes _nodes = new();
    private readonly BackEndStub _backEnd = new();
    private readonly AssociationTable _associations = new(NullLogger<AssociationTable>.Instance);
    private readonly ChannelConnector _connector;

    public ChannelPoolTests()
    {
        _nodes.StartListener(_backEnd.EndPoint);
        var peer = new PeerNode("be", _nodes.Listener.NodePorts[0], TestNodes.BackEndName);
        _connector = new ChannelConnector(peer, _nodes.Identity(TestNodes.FrontEndName), _associations, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _associations.Dispose();
        _backEnd.Dispose();
    }

    [Fact]
    public async Task A_channel_that_is_parked_before_its_keys_are_confirmed_is_held_and_carries_streams()
    {
        await using var pool = new ChannelPool(_connector, NullLogger<ChannelPool>.Instance);
        SecureChannel channel = await _connector.ConnectAsync(Demand.Require, observe: null, TestContext.Current.CancellationToken);
        Assert.True(await channel.TryParkAsync());

        await pool.HoldAsync(channel);

        await using SecureChannelStream stream = await pool.OpenStreamAsync("owa", TestContext.Current.CancellationToken);
        Assert.Same(channel, _associations.All.Single().Channels.Single());
        using Socket served = await _backEnd.AcceptAsync();
        await served.SendAsync(new byte[] { 7 });
        byte[] received = new byte[1];
        Assert.Equal(1, await stream.ReadAsync(received, TestContext.Current.CancellationToken));
        Assert.Equal(7, received[0]);
    }

    [Fact]
    public async Task A_channel_that_ends_before_its_keys_are_confirmed_is_let_go()
    {
        await using var pool = new ChannelPool(_connector, NullLogger<ChannelPool>.Instance);
        SecureChannel channel = await _connector.ConnectAsync(Demand.Require, observe: null, TestContext.Current.CancellationToken);
        await channel.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => pool.HoldAsync(channel));

        Assert.Equal((0, 0), (pool.IdleCount, _associations.All.Single().Channels.Count));
    }
}
