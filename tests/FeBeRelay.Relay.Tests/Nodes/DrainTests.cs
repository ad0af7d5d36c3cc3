using System.Net.Sockets;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>What happens to streams and channels when a node stops.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task The_drain_deadline_cuts_what_is_open_as_a_reset_on_both_sides()
    {
        await using var nodes = new TestNodes { Drain = TimeSpan.FromMilliseconds(200) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        await client.SendAsync("x"u8.ToArray());
        using Socket served = await backEnd.AcceptAsync();
        var buffer = new byte[16];
        await served.ReceiveAsync(buffer);

        await nodes.Relay.DrainAsync(CancellationToken.None);

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(buffer));
        await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(buffer));
    }

    [Fact]
    public async Task An_open_stream_finishes_within_the_drain_and_the_channel_is_then_closed()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        await client.SendAsync("question"u8.ToArray());
        using Socket served = await backEnd.AcceptAsync();
        var buffer = new byte[16];
        await served.ReceiveAsync(buffer);

        Task drained = nodes.Relay.DrainAsync(CancellationToken.None);
        // Who came in the same moment may still be let in.
        while (await IsLetInAsync(nodes))
        {
        }
        await served.SendAsync("answer"u8.ToArray());
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer", await StreamTests.ReadToEndAsync(client));
        client.Shutdown(SocketShutdown.Send);
        await drained;
        await Eventually.TrueAsync(() => nodes.Listener.Associations.All.All(a => a.Channels.Count == 0));
    }

    [Fact]
    public async Task A_draining_listener_asks_and_the_relay_closes_its_idle_channels()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using (Socket client = await nodes.ConnectAsync())
        {
            client.Shutdown(SocketShutdown.Send);
            using Socket served = await backEnd.AcceptAsync();
            served.Shutdown(SocketShutdown.Send);
            Assert.Empty(await StreamTests.ReadToEndAsync(client));
        }
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
        await nodes.Listener.DrainAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 0);
    }

    [Fact]
    public async Task An_abort_behind_the_clients_half_close_reaches_the_back_end_as_a_reset()
    {
        await using var nodes = new TestNodes { Drain = TimeSpan.FromMilliseconds(200) };
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        client.Shutdown(SocketShutdown.Send);
        using Socket served = await backEnd.AcceptAsync();
        var buffer = new byte[16];
        Assert.Equal(0, await served.ReceiveAsync(buffer));
        await nodes.Relay.DrainAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => nodes.Listener.Associations.All.All(a => a.Channels.Count == 0));
        await Eventually.TrueAsync(() => IsReset(served));
    }

    private static bool IsReset(Socket socket)
    {
        try
        {
            socket.Send("late"u8);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<bool> IsLetInAsync(TestNodes nodes)
    {
        try
        {
            using Socket late = await nodes.ConnectAsync();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
