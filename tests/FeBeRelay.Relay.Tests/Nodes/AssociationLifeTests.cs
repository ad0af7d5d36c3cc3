using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>How long an association lives on two nodes, under a clock that the test moves: hours, quick modes, disuse.</summary>
public sealed class AssociationLifeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly NodeClock _clock = new();

    [Fact]
    public async Task An_hour_after_the_last_stream_nothing_is_left_and_the_next_stream_begins_anew()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await CarryAsync(nodes, backEnd);
        Association first = nodes.Relay.Associations.All.Single();

        await _clock.ParkedAsync(nodes);
        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Same(first, nodes.Relay.Associations.All.Single());
        Assert.Equal(1, nodes.Relay.IdleChannels);

        await _clock.AdvanceUntilAsync(nodes, () => nodes.Relay.Associations.All.Count == 0 && nodes.Listener.Associations.All.Count == 0, Minute);

        Assert.Equal(0, nodes.Relay.IdleChannels);
        await CarryAsync(nodes, backEnd);
        Assert.NotEqual(first.Id, nodes.Relay.Associations.All.Single().Id);
    }

    [Fact]
    public async Task A_channel_that_is_used_every_half_hour_stays()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await CarryAsync(nodes, backEnd);
        SecureChannel channel = nodes.Relay.Associations.All.Single().Channels.Single();

        for (uint stream = 2; stream <= 4; stream++)
        {
            await _clock.ParkedAsync(nodes);
            _clock.Advance(30 * Minute);
            await CarryAsync(nodes, backEnd);
            Assert.Equal((channel, stream), (nodes.Relay.Associations.All.Single().Channels.Single(), channel.StreamNumber));
        }
    }

    [Fact]
    public async Task Channels_that_only_a_burst_needed_are_closed_after_a_minute_and_the_lasting_ones_stay()
    {
        const int burst = PeerNode.LastingIdleChannels + 6;
        await using var nodes = new TestNodes { Time = _clock, MaxIdleChannels = burst };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        var sockets = new List<Socket>();
        for (int i = 0; i < burst; i++)
        {
            sockets.Add(await nodes.ConnectAsync());
            sockets.Add(await backEnd.AcceptAsync());
        }
        sockets.ForEach(s => s.Dispose());
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == burst);

        await _clock.AdvanceUntilAsync(nodes, () => nodes.Relay.IdleChannels == PeerNode.LastingIdleChannels);

        _clock.Advance(30 * Minute);
        Assert.Equal(PeerNode.LastingIdleChannels, nodes.Relay.IdleChannels);
    }

    [Fact]
    public async Task Channels_that_are_to_be_kept_ready_outlive_the_hour()
    {
        await using var nodes = new TestNodes { Time = _clock, WarmChannels = 2 };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 2);

        _clock.Advance(90 * Minute);

        Assert.Equal(2, nodes.Relay.IdleChannels);
    }

    [Fact]
    public async Task A_stream_that_is_quiet_for_half_a_day_is_not_cut_and_moves_to_a_new_association_before_the_eight_hours_end()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        Association first = nodes.Relay.Associations.All.Single();
        Assert.Equal(TimeSpan.FromHours(8), TimeSpan.FromSeconds(first.Lifetimes.AssociationSeconds));

        await _clock.ParkedAsync(nodes);
        _clock.Advance(TimeSpan.FromHours(6.7));
        Assert.Same(first, nodes.Relay.Associations.All.Single());

        await _clock.AdvanceUntilAsync(nodes, () => Single(nodes.Relay).Association != first && Single(nodes.Listener).Association.Id == Single(nodes.Relay).Association.Id, Minute);

        Assert.True(first.TimeLeft > TimeSpan.Zero, "the move came after the association's end");
        await _clock.ParkedAsync(nodes);
        _clock.Advance(TimeSpan.FromHours(4));
        await BackEndStub.PassAsync(served, client, 2);
        await BackEndStub.PassAsync(client, served, 3);
    }

    [Fact]
    public async Task An_association_makes_as_many_quick_modes_as_were_agreed_and_then_another_takes_its_place()
    {
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = Lifetimes.Default with { QuickModes = 2 } };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        var sockets = new List<Socket>();
        for (int i = 0; i < 5; i++)
        {
            sockets.Add(await nodes.ConnectAsync());
            sockets.Add(await backEnd.AcceptAsync());
        }

        Assert.Equal([1, 2, 2], nodes.Relay.Associations.All.Select(a => a.Channels.Count).Order());
        Assert.Equal([1, 2, 2], nodes.Listener.Associations.All.Select(a => a.Channels.Count).Order());
        sockets.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task An_association_given_up_while_a_quick_mode_runs_under_it_keeps_its_secrets_until_that_is_over()
    {
        await using var nodes = new TestNodes { MaxIdleChannels = 0 };
        using var backEnd = new BackEndStub();
        using var way = new PassingWay();
        nodes.StartListener(backEnd.EndPoint);
        way.To = nodes.Listener.NodePorts[0];
        nodes.Dialled = way.EndPoint;
        nodes.StartRelay();
        using Socket first = await nodes.ConnectAsync();
        using Socket firstServed = await backEnd.AcceptAsync();
        Association association = nodes.Relay.Associations.All.Single();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        way.Open = opened.Task;
        uint before = association.QuickModes;
        using Socket second = await nodes.ConnectAsync();
        await Eventually.TrueAsync(() => association.QuickModes > before);

        first.Dispose();
        firstServed.Dispose();
        await Eventually.TrueAsync(() => association.Channels.Count == 0);
        nodes.Relay.Associations.Retire(association, "given up");
        opened.SetResult();

        using Socket secondServed = await backEnd.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await BackEndStub.PassAsync(second, secondServed, 1);
        Assert.Same(association, Single(nodes.Relay).Association);
        second.Dispose();
        secondServed.Dispose();
        await Eventually.TrueAsync(() => !association.IsUsable && nodes.Relay.Associations.All.Count == 0);
    }

    [Fact]
    public async Task Connections_that_race_for_an_associations_last_quick_mode_all_get_a_channel()
    {
        const int racers = 3;
        await using var nodes = new TestNodes { Lifetimes = Lifetimes.Default with { QuickModes = 2 } };
        using var backEnd = new BackEndStub();
        nodes.StartListener(backEnd.EndPoint);
        using var associations = new AssociationTable(NullLogger<AssociationTable>.Instance);
        var peer = new PeerNode("be", nodes.Listener.NodePorts[0], TestNodes.BackEndName);
        var connector = new ChannelConnector(peer, nodes.Identity(TestNodes.FrontEndName), associations, TimeProvider.System);
        var channels = new List<SecureChannel> { await connector.ConnectAsync(Demand.Require, observe: null, TestContext.Current.CancellationToken) };
        // Whoever dials has chosen the association, and nobody has used it before all have.
        using var chosen = new Barrier(racers);
        channels.AddRange(await Task.WhenAll(Enumerable.Range(0, racers).Select(_ => Task.Run(() => RaceAsync(connector, chosen)))));

        Assert.Equal([2, 2], associations.All.Select(a => a.Channels.Count));
        foreach (SecureChannel channel in channels)
        {
            await channel.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nobody_takes_the_only_quick_mode_of_an_association_from_the_connection_that_made_it()
    {
        await using var nodes = new TestNodes { Lifetimes = Lifetimes.Default with { QuickModes = 1 } };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        var taken = new List<ulong?>();
        // The first moment in which others can find it.
        nodes.Relay.Associations.Added += association => taken.Add(association.TryNextCounter());

        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await BackEndStub.PassAsync(client, served, 1);
        Assert.Equal([null], taken);
    }

    [Fact]
    public async Task An_association_that_the_peer_gives_up_before_its_first_quick_mode_is_replaced_and_the_stream_goes_through()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        int made = 0;
        nodes.Listener.Associations.Added += association =>
        {
            if (Interlocked.Increment(ref made) == 1)
            {
                nodes.Listener.Associations.Retire(association, "the test wants it");
            }
        };

        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await BackEndStub.PassAsync(client, served, 1);
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task New_keys_of_a_live_channel_count_as_quick_modes()
    {
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = new Lifetimes(28_800, 2, 30, 1_048_576) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        // Both ends carry it: no deadline of its beginning is left for the clock to pass.
        await BackEndStub.PassAsync(client, served, 0);
        Association first = nodes.Relay.Associations.All.Single();

        await _clock.AdvanceUntilAsync(nodes, () => Single(nodes.Relay).QuickModes == 1);
        Assert.Same(first, Single(nodes.Relay).Association);
        await BackEndStub.PassAsync(client, served, 1);
        await _clock.AdvanceUntilAsync(nodes, () => Single(nodes.Relay).QuickModes == 2);

        Assert.NotSame(first, Single(nodes.Relay).Association);
        await BackEndStub.PassAsync(served, client, 2);
    }

    [Fact]
    public async Task A_channel_whose_association_has_ended_goes_on_and_moves_as_soon_as_another_can_be_made()
    {
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = new Lifetimes(600, 0, 86_400, 1_048_576) };
        using var backEnd = new BackEndStub();
        using var way = new PassingWay();
        nodes.StartListener(backEnd.EndPoint);
        way.To = nodes.Listener.NodePorts[0];
        nodes.Dialled = way.EndPoint;
        nodes.StartRelay();
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        Association first = nodes.Relay.Associations.All.Single();
        way.To = null;

        // Often enough that it is not parked: it could not be un-parked.
        for (byte value = 2; !first.IsExpired; value++)
        {
            _clock.Advance(Minute / 2);
            await BackEndStub.PassAsync(client, served, value);
            await BackEndStub.PassAsync(served, client, value);
        }
        Assert.Same(first, Single(nodes.Relay).Association);

        way.To = nodes.Listener.NodePorts[0];
        await _clock.AdvanceUntilAsync(nodes, () => Single(nodes.Relay).Association != first && Single(nodes.Listener).QuickModes == 1);
        await BackEndStub.PassAsync(client, served, 2);
        await BackEndStub.PassAsync(served, client, 3);
    }

    private static Task<SecureChannel> RaceAsync(ChannelConnector connector, Barrier chosen)
    {
        bool hasDialled = false;
        void WaitForAll(NegotiationStep step, TimeSpan took)
        {
            if (step == NegotiationStep.Connect && !hasDialled)
            {
                hasDialled = true;
                Assert.True(chosen.SignalAndWait(TimeSpan.FromSeconds(60)), "not all have dialled");
            }
        }
        return connector.ConnectAsync(Demand.Require, WaitForAll, TestContext.Current.CancellationToken);
    }

    private static SecureChannel Single(Node node) => node.Associations.All.SelectMany(a => a.Channels).Single();

    private static async Task CarryAsync(TestNodes nodes, BackEndStub backEnd)
    {
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        client.Shutdown(SocketShutdown.Send);
        served.Shutdown(SocketShutdown.Send);
        await StreamTests.ReadToEndAsync(client);
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
    }
}
