using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Handshake;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>New keys in live channels on real sockets, under a clock that the test moves.</summary>
public sealed class RekeyingTests
{
    private readonly NodeClock _clock = new();

    [Fact]
    public async Task Old_keys_are_replaced_by_an_exchange_while_bytes_flow_both_ways()
    {
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = new Lifetimes(28_800, 0, 30, 1_048_576) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        using var stop = new CancellationTokenSource();
        Task<(long, uint)> there = SendAsync(client, 1, stop.Token);
        Task<(long, uint)> back = SendAsync(served, 2, stop.Token);
        Task<(long, uint)> thereReceived = ReceiveAsync(served);
        Task<(long, uint)> backReceived = ReceiveAsync(client);

        await _clock.AdvanceUntilAsync(nodes, () => Channel(nodes.Relay).QuickModes >= 3 && Channel(nodes.Listener).QuickModes >= 3);
        await stop.CancelAsync();

        Assert.Equal(await there, await thereReceived);
        Assert.Equal(await back, await backReceived);
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
    }

    [Fact]
    public async Task Channels_made_at_once_get_new_keys_at_different_times_up_to_a_tenth_around_the_agreed_age()
    {
        const int channels = 16;
        const int agreed = 3_000;
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = new Lifetimes(28_800, 0, agreed, 1_048_576) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        var sockets = new List<Socket>();
        for (int i = 0; i < channels; i++)
        {
            sockets.Add(await nodes.ConnectAsync());
            sockets.Add(await backEnd.AcceptAsync());
        }

        double[] due = [.. nodes.Relay.Associations.All.SelectMany(a => a.Channels).Select(c => c.KeysDueIn!.Value.TotalSeconds)];

        Assert.Equal(channels, due.Length);
        Assert.All(due, seconds => Assert.InRange(seconds, 0.9 * agreed, 1.1 * agreed));
        Assert.True(due.Distinct().Count() > channels / 2, $"due in {string.Join(", ", due)} s");
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_quiet_stream_waits_without_buffers_and_goes_on()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        for (byte i = 0; i < 3; i++)
        {
            await BackEndStub.PassAsync(client, served, i);
            await BackEndStub.PassAsync(served, client, i);
            await _clock.AdvanceUntilAsync(nodes, () => !Channel(nodes.Relay).HoldsBuffer && !Channel(nodes.Listener).HoldsBuffer);
        }
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await served.ReceiveAsync(new byte[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_quiet_stream_is_parked_and_unparked_from_either_side_without_loss(bool byClient)
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        await BackEndStub.PassAsync(served, client, 2);
        await ParkedAsync(nodes);

        await (byClient ? BackEndStub.PassAsync(client, served, 3) : BackEndStub.PassAsync(served, client, 3));
        await (byClient ? BackEndStub.PassAsync(served, client, 4) : BackEndStub.PassAsync(client, served, 4));

        await Eventually.TrueAsync(() => Channel(nodes.Listener).QuickModes == 1 && Channel(nodes.Relay).QuickModes == 1);
        Assert.False(Channel(nodes.Relay).IsParked || Channel(nodes.Listener).IsParked);
        Assert.Equal(Channel(nodes.Relay).OutboundSpi, Channel(nodes.Listener).InboundSpi);
    }

    [Fact]
    public async Task A_half_close_of_a_parked_stream_arrives()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        await ParkedAsync(nodes);

        client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await StreamTests.ReadToEndAsync(served));
        served.Shutdown(SocketShutdown.Send);
        Assert.Empty(await StreamTests.ReadToEndAsync(client));
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
    }

    [Fact]
    public async Task An_idle_channel_is_parked_and_carries_the_next_stream()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        for (int i = 0; i < 3; i++)
        {
            using (Socket client = await nodes.ConnectAsync())
            {
                using Socket served = await backEnd.AcceptAsync();
                await BackEndStub.PassAsync(client, served, (byte)i);
                client.Shutdown(SocketShutdown.Send);
                served.Shutdown(SocketShutdown.Send);
                await StreamTests.ReadToEndAsync(client);
                await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
            }
            await ParkedAsync(nodes);
        }
        Assert.Equal(3u, Channel(nodes.Relay).StreamNumber);
        Assert.Equal(2, Channel(nodes.Relay).QuickModes);
    }

    [Fact]
    public async Task A_record_that_came_with_the_end_of_a_stream_is_taken_and_the_channel_carries_the_next()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await using (SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken))
        {
            using Socket served = await backEnd.AcceptAsync();
            await stream.EndWritesAsync();
            Assert.Empty(await StreamTests.ReadToEndAsync(served));
            served.Shutdown(SocketShutdown.Send);
            await Eventually.TrueAsync(() => Channel(nodes.Listener).SentEnd);
            await Channel(nodes.Listener).UpdateKeyAsync();
            // One receive takes both: nobody has read yet.
            Assert.Equal(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
        Assert.Equal(1, Channel(nodes.Relay).KeyUpdates);

        await using SecureChannelStream next = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken);
        Assert.Equal(2u, Channel(nodes.Relay).StreamNumber);
    }

    [Fact]
    public async Task A_stream_of_the_process_is_unparked_by_a_write_though_nobody_reads()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await using SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken);
        using Socket served = await backEnd.AcceptAsync();
        await stream.WriteAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        await served.ReceiveAsync(new byte[1]);
        await _clock.AdvanceUntilAsync(nodes, () => Channel(nodes.Relay).IsParked);
        await served.SendAsync("read ahead"u8.ToArray());

        await stream.WriteAsync(new byte[] { 2 }, TestContext.Current.CancellationToken);

        Assert.Equal(1, await served.ReceiveAsync(new byte[1]));
        byte[] received = new byte[10];
        await stream.ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        Assert.Equal("read ahead"u8.ToArray(), received);
    }

    [Fact]
    public async Task A_stream_outlives_its_association_which_is_replaced_before_its_end()
    {
        await using var nodes = new TestNodes { Time = _clock, Lifetimes = new Lifetimes(600, 0, 86_400, 1_048_576) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        Association first = Channel(nodes.Relay).Association;

        await _clock.AdvanceUntilAsync(nodes, () => Channel(nodes.Relay).Association != first && Channel(nodes.Listener).Association.Id == Channel(nodes.Relay).Association.Id);

        Assert.False(first.TimeLeft < TimeSpan.Zero, "the move came after the association's end");
        // Each time a moment's figures: a park can come between two of them.
        await Eventually.TrueAsync(() => Channel(nodes.Relay) is var channel && channel.Totals == first.Totals + channel.Association.Totals);
        await BackEndStub.PassAsync(client, served, 2);
        await BackEndStub.PassAsync(served, client, 3);
        _clock.Advance(NodeClock.Tick);
        await Eventually.TrueAsync(() => nodes.Listener.Associations.All.Count <= 2);
    }

    [Fact]
    public async Task An_association_that_the_listener_lost_is_replaced_and_the_stream_goes_on()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        await ParkedAsync(nodes);
        Association lost = Channel(nodes.Listener).Association;
        nodes.Listener.Associations.Retire(lost, "test");

        await BackEndStub.PassAsync(client, served, 2);

        Assert.NotEqual(lost.Id, Channel(nodes.Relay).Association.Id);
        await BackEndStub.PassAsync(served, client, 3);
    }

    [Fact]
    public async Task A_stream_that_cannot_be_unparked_is_cut()
    {
        await using var nodes = new TestNodes { Time = _clock };
        using var backEnd = new BackEndStub();
        using var between = new BackEndStub();
        nodes.StartListener(backEnd.EndPoint);
        nodes.Dialled = between.EndPoint;
        nodes.StartRelay();
        using Socket client = await nodes.ConnectAsync();
        using Socket near = await between.AcceptAsync();
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(nodes.Listener.NodePorts[0], TestContext.Current.CancellationToken);
        Task passing = Task.WhenAll(PassOnAsync(near, far), PassOnAsync(far, near));
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(client, served, 1);
        await ParkedAsync(nodes);
        nodes.Listener.Associations.Retire(Channel(nodes.Listener).Association, "test");
        between.Dispose();

        await client.SendAsync(new byte[] { 2 });

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1]));
        await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(new byte[1]));
        await passing;
    }

    private static async Task PassOnAsync(Socket from, Socket to)
    {
        var buffer = new byte[4_096];
        try
        {
            for (int size; (size = await from.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                await to.SendAsync(buffer.AsMemory(0, size), TestContext.Current.CancellationToken);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            SocketTuning.Reset(to);
        }
        catch (ObjectDisposedException)
        {
            // The other direction has ended both.
        }
    }

    private static SecureChannel Channel(Node node) => node.Associations.All.SelectMany(a => a.Channels).Single();

    private Task ParkedAsync(TestNodes nodes) => _clock.ParkedAsync(nodes);

    private static async Task<(long Count, uint Sum)> SendAsync(Socket socket, byte seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var buffer = new byte[20_000];
        (long count, uint sum) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            int size = random.Next(1, buffer.Length);
            random.NextBytes(buffer.AsSpan(0, size));
            await socket.SendAsync(buffer.AsMemory(0, size), CancellationToken.None);
            (count, sum) = (count + size, Sum(sum, buffer.AsSpan(0, size)));
        }
        socket.Shutdown(SocketShutdown.Send);
        return (count, sum);
    }

    private static async Task<(long Count, uint Sum)> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        (long count, uint sum) = (0, 0);
        for (int size; (size = await socket.ReceiveAsync(buffer)) > 0;)
        {
            (count, sum) = (count + size, Sum(sum, buffer.AsSpan(0, size)));
        }
        return (count, sum);
    }

    /// <summary>Depends on each byte and its place.</summary>
    private static uint Sum(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            sum = unchecked((sum * 16_777_619) ^ value);
        }
        return sum;
    }
}
