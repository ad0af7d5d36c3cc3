using System.Net.Sockets;
using System.Text;
using FeBeRelay.Channel.Transport;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>What an application and a back end see of each other through two nodes on real sockets.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Bytes_pass_both_ways_and_a_half_close_is_a_half_close()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);

        using Socket client = await nodes.ConnectAsync();
        await client.SendAsync("question"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        using Socket served = await backEnd.AcceptAsync();
        Assert.Equal("question", await ReadToEndAsync(served));

        await served.SendAsync("answer after the client's end"u8.ToArray());
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer after the client's end", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task The_next_connection_uses_the_same_channel()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        for (int i = 0; i < 5; i++)
        {
            using Socket client = await nodes.ConnectAsync();
            client.Shutdown(SocketShutdown.Send);
            using Socket served = await backEnd.AcceptAsync();
            Assert.Empty(await ReadToEndAsync(served));
            served.Shutdown(SocketShutdown.Send);
            Assert.Empty(await ReadToEndAsync(client));
            await Eventually.TrueAsync(() => nodes.Relay.IdleChannels == 1);
        }
        Assert.Single(nodes.Listener.Associations.All.Single().Channels);
        Assert.Equal(5u, nodes.Relay.Associations.All.Single().Channels.Single().StreamNumber);
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard_before_the_client_says_anything()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await served.SendAsync("* OK ready\r\n"u8.ToArray());
        var buffer = new byte[64];
        int count = await client.ReceiveAsync(buffer);
        Assert.Equal("* OK ready\r\n", Encoding.ASCII.GetString(buffer, 0, count));
    }

    [Fact]
    public async Task A_reset_of_the_back_end_is_a_reset_to_the_client()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        Socket served = await backEnd.AcceptAsync();
        await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"u8.ToArray());
        var buffer = new byte[4096];
        await client.ReceiveAsync(buffer);
        SocketTuning.Reset(served);
        SocketException e = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(buffer));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
    }

    [Fact]
    public async Task A_reset_of_the_client_is_a_reset_to_the_back_end()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await client.SendAsync("POST"u8.ToArray());
        var buffer = new byte[4096];
        await served.ReceiveAsync(buffer);
        SocketTuning.Reset(client);
        SocketException e = await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(buffer));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
    }

    internal static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return text.ToString();
    }
}
