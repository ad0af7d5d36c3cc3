using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>Somebody sets the clock on the wall while two nodes run. Lifetimes are counted on another clock; certificates are valid by the one on the wall.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private readonly NodeClock _clock = new();
    private readonly BackEndStub _backEnd = new();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_day_forward_or_back_changes_no_lifetime_and_cuts_no_stream(int days)
    {
        await using var nodes = new TestNodes { Time = _clock };
        nodes.Start(_backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await _backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        Association association = nodes.Relay.Associations.All.Single();
        TimeSpan left = association.TimeLeft;

        Set(TimeSpan.FromDays(days));

        await BackEndStub.PassAsync(client, served, 2);
        await BackEndStub.PassAsync(served, client, 3);
        Assert.Same(association, nodes.Relay.Associations.All.Single());
        Assert.Equal(left - NodeClock.Tick, association.TimeLeft);
    }

    [Fact]
    public async Task An_hour_without_use_is_an_hour_whatever_the_clock_says()
    {
        await using var nodes = new TestNodes { Time = _clock, MaxIdleChannels = 0 };
        nodes.Start(_backEnd.EndPoint);
        await CarryAsync(nodes);
        await Eventually.TrueAsync(() => nodes.Relay.Associations.All.Single().Channels.Count == 0 && nodes.Listener.Associations.All.Single().Channels.Count == 0);

        Set(TimeSpan.FromHours(2));
        Assert.Single(nodes.Relay.Associations.All);
        Assert.Single(nodes.Listener.Associations.All);

        Set(TimeSpan.FromHours(-4));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(nodes.Relay.Associations.All);
        Assert.Empty(nodes.Listener.Associations.All);
    }

    [Fact]
    public async Task Beyond_the_certificates_end_streams_are_cut_and_when_the_clock_is_right_again_all_is_as_before()
    {
        await using var nodes = new TestNodes { Time = _clock };
        nodes.Start(_backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await _backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);

        Set(TimeSpan.FromDays(31));

        await AssertResetAsync(client);
        await AssertRefusedAsync(nodes);
        Set(TimeSpan.FromDays(-31));
        await CarryAsync(nodes);
    }

    [Fact]
    public async Task Before_the_certificates_begin_nobody_new_is_let_in_and_open_streams_go_on()
    {
        await using var nodes = new TestNodes { Time = _clock, MaxIdleChannels = 0 };
        nodes.Start(_backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await _backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);

        Set(TimeSpan.FromDays(-1));
        nodes.Relay.Associations.Retire(nodes.Relay.Associations.All.Single(), "a new main mode is to be made");

        await AssertRefusedAsync(nodes);
        await BackEndStub.PassAsync(client, served, 2);
    }

    public void Dispose() => _backEnd.Dispose();

    /// <summary>Sets the clock on the wall, and gives the nodes' timers their turn.</summary>
    private void Set(TimeSpan by)
    {
        _clock.SetBy(by);
        _clock.Advance(NodeClock.Tick);
    }

    private async Task CarryAsync(TestNodes nodes)
    {
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await _backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        client.Shutdown(SocketShutdown.Send);
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(0, await served.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    /// <summary>A new connection is reset, perhaps before it is there.</summary>
    private static async Task AssertRefusedAsync(TestNodes nodes) => await Assert.ThrowsAsync<SocketException>(async () =>
    {
        using Socket refused = await nodes.ConnectAsync();
        await refused.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
    });

    private static async Task AssertResetAsync(Socket socket) =>
        await Assert.ThrowsAsync<SocketException>(() => socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
}
