using System.Net.Sockets;
using FeBeRelay.Channel;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>A stream of a channel as a .NET stream, against a back end behind a real listener.</summary>
public sealed class SecureChannelStreamTests
{
    [Fact]
    public async Task Large_writes_arrive_whole_and_the_ends_give_the_channel_back()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        byte[] sent = new byte[300_000];
        Random.Shared.NextBytes(sent);

        await using (SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken))
        {
            using Socket served = await backEnd.AcceptAsync();
            Task writing = WriteAsync(stream, sent);
            using var received = new MemoryStream();
            await new NetworkStream(served).CopyToAsync(received, TestContext.Current.CancellationToken);
            await writing;
            Assert.Equal(sent, received.ToArray());
            await served.SendAsync("answer"u8.ToArray());
            Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
            served.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, leaveOpen: true);
            Assert.Equal("answer", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(1, nodes.Relay.IdleChannels);
    }

    [Fact]
    public async Task Disposing_an_unfinished_stream_resets_the_back_end()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken);
        using Socket served = await backEnd.AcceptAsync();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(new byte[1]));
        Assert.Equal(0, nodes.Relay.IdleChannels);
    }

    [Fact]
    public async Task A_reset_of_the_back_end_is_an_error_to_the_reader_never_the_end()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        await using SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken);
        FeBeRelay.Channel.Transport.SocketTuning.Reset(await backEnd.AcceptAsync());
        await Assert.ThrowsAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    private static async Task WriteAsync(SecureChannelStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await stream.EndWritesAsync();
    }
}
