using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Channel.Transport.Epoll;
using Xunit;

namespace FeBeRelay.Channel.Tests.Transport;

/// <summary>What both kinds of sockets owe to who uses them; the first argument tells whether it is the event loop's.</summary>
public sealed class StreamSocketTests : IDisposable
{
    private static readonly EventLoop? Loop = OperatingSystem.IsLinux() ? EventLoop.TryStart("test loop") : null;

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public StreamSocketTests()
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
    }

    public static TheoryData<bool> Kinds => Loop is null ? [false] : [false, true];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task More_than_the_system_buffers_arrives_whole_and_in_order(bool isLooped)
    {
        (StreamSocket own, Socket other) = Connected(isLooped);
        byte[] sent = new byte[16 << 20], received = new byte[sent.Length];
        Random.Shared.NextBytes(sent);

        Task there = own.SendAsync(sent, _patience.Token).AsTask();
        Assert.False(there.IsCompleted);
        await ReceiveAllAsync(other, received);
        await there;
        Assert.Equal(sent, received);

        received.AsSpan().Clear();
        Task back = SendAllAsync(other, sent);
        for (int count = 0; count < received.Length;)
        {
            int more = await own.ReceiveAsync(received.AsMemory(count, Math.Min(received.Length - count, 100_000)), _patience.Token);
            Assert.InRange(more, 1, 100_000);
            count += more;
        }
        await back;
        Assert.Equal(sent, received);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_end_is_received_behind_bytes_that_came_with_it(bool isLooped)
    {
        for (int round = 0; round < 50; round++)
        {
            (StreamSocket own, Socket other) = Connected(isLooped);
            // In half of the rounds it is known to the loop already.
            ValueTask wait = round % 2 == 0 ? own.WaitReadableAsync(_patience.Token) : default;
            await other.SendAsync(new byte[10]);
            other.Shutdown(SocketShutdown.Send);
            await wait;

            byte[] buffer = new byte[4_096];
            Assert.Equal(10, await own.ReceiveAsync(buffer, _patience.Token));
            Assert.Equal(0, await ReceiveOrWaitAsync(own, buffer));
            Assert.Equal(0, await ReceiveOrWaitAsync(own, buffer));
            own.Dispose();
            other.Dispose();
        }
    }

    /// <summary>An urgent byte is not of the stream, but what is behind it is, and nothing more may ever come to tell of it.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_behind_an_urgent_byte_is_received_too(bool isLooped)
    {
        for (int round = 0; round < 20; round++)
        {
            (StreamSocket own, Socket other) = Connected(isLooped);
            other.NoDelay = true;
            Task<byte[]> receiving = ReceiveSixAsync(own);
            other.Send("abc"u8);
            other.Send("!"u8, SocketFlags.OutOfBand);
            other.Send("def"u8);

            Assert.Equal("abcdef"u8.ToArray(), await receiving.WaitAsync(_patience.Token));
            own.Dispose();
            other.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reset_is_a_lost_connection(bool isLooped)
    {
        (StreamSocket own, Socket other) = Connected(isLooped);
        Task<int> receiving = own.ReceiveAsync(new byte[1], _patience.Token).AsTask();

        SocketTuning.Reset(other);

        var lost = await Assert.ThrowsAsync<SocketException>(() => receiving);
        Assert.Equal(SocketError.ConnectionReset, lost.SocketErrorCode);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_wait_that_is_given_up_loses_nothing(bool isLooped)
    {
        (StreamSocket own, Socket other) = Connected(isLooped);
        for (byte i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            byte[] received = new byte[2];
            if (isLooped)
            {
                // Of a new socket nothing is known before the first receive.
                Assert.Equal(StreamSocket.Nothing, await own.ReceiveIfAnyAsync(received, CancellationToken.None));
            }
            Task waiting = i % 2 == 0 ? own.WaitReadableAsync(cancel.Token).AsTask() : own.ReceiveAsync(received, cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

            await other.SendAsync(new[] { i });
            Assert.Equal(1, await own.ReceiveAsync(received, _patience.Token));
            Assert.Equal(i, received[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Who_waits_is_told_when_it_is_closed(bool isLooped)
    {
        (StreamSocket own, Socket _) = Connected(isLooped);
        Task<int> receiving = own.ReceiveAsync(new byte[1], CancellationToken.None).AsTask();
        Task sending = own.SendAsync(new byte[32 << 20], CancellationToken.None).AsTask();

        own.Reset();

        Assert.True(await Record.ExceptionAsync(() => receiving.WaitAsync(_patience.Token)) is ObjectDisposedException or SocketException);
        Assert.True(await Record.ExceptionAsync(() => sending.WaitAsync(_patience.Token)) is ObjectDisposedException or SocketException);
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => own.ReceiveAsync(new byte[1], _patience.Token).AsTask());
    }

    [Fact]
    public async Task The_portable_one_gives_up_a_receive_whose_wait_has_become_long()
    {
        (StreamSocket own, Socket other) = Connected(isLooped: false);
        using var lull = new CancellationTokenSource();
        Task<int> receiving = own.ReceiveIfAnyAsync(new byte[1], lull.Token).AsTask();

        await lull.CancelAsync();

        Assert.Equal(StreamSocket.Nothing, await receiving);
        await other.SendAsync(new byte[1]);
        await own.WaitReadableAsync(_patience.Token);
        Assert.Equal(1, await own.ReceiveIfAnyAsync(new byte[2], CancellationToken.None));
    }

    public void Dispose()
    {
        _listening.Dispose();
        _patience.Dispose();
    }

    private (StreamSocket Own, Socket Other) Connected(bool isLooped)
    {
        var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Connect(_listening.LocalEndPoint!);
        Socket accepted = _listening.Accept();
        return (isLooped ? new LoopStreamSocket(accepted, Loop!) : new PortableStreamSocket(accepted), other);
    }

    private async Task<int> ReceiveOrWaitAsync(StreamSocket socket, byte[] buffer)
    {
        while (true)
        {
            if (socket.IsDrained)
            {
                await socket.WaitReadableAsync(_patience.Token);
            }
            int count = await socket.ReceiveIfAnyAsync(buffer, CancellationToken.None);
            if (count != StreamSocket.Nothing)
            {
                return count;
            }
        }
    }

    private async Task<byte[]> ReceiveSixAsync(StreamSocket socket)
    {
        byte[] buffer = new byte[100], received = new byte[6];
        for (int count = 0; count < received.Length;)
        {
            int more = await ReceiveOrWaitAsync(socket, buffer);
            buffer.AsSpan(0, more).CopyTo(received.AsSpan(count));
            count += more;
        }
        return received;
    }

    private async Task ReceiveAllAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = await socket.ReceiveAsync(buffer, _patience.Token);
            Assert.NotEqual(0, count);
            buffer = buffer[count..];
        }
    }

    private async Task SendAllAsync(Socket socket, byte[] bytes) => Assert.Equal(bytes.Length, await socket.SendAsync(bytes, _patience.Token));
}
