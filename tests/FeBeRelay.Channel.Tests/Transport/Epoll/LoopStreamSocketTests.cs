using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Channel.Transport.Epoll;
using Xunit;

namespace FeBeRelay.Channel.Tests.Transport.Epoll;

/// <summary>What is particular to sockets of an event loop.</summary>
public sealed class LoopStreamSocketTests : IDisposable
{
    private const string NeedsEpoll = "event loops need epoll, which is Linux's";

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly EventLoop _loop;

    public LoopStreamSocketTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), NeedsEpoll);
        _loop = EventLoop.TryStart("test loop")!;
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
    }

    [Fact]
    public async Task A_receive_that_did_not_fill_its_buffer_has_taken_all()
    {
        (LoopStreamSocket own, Socket other) = Connected();
        await other.SendAsync(new byte[10]);
        await own.WaitReadableAsync(_patience.Token);

        Assert.Equal(5, await own.ReceiveIfAnyAsync(new byte[5], CancellationToken.None));
        Assert.False(own.IsDrained);
        Assert.Equal(5, await own.ReceiveIfAnyAsync(new byte[6], CancellationToken.None));
        Assert.True(own.IsDrained);
        ValueTask next = own.WaitReadableAsync(_patience.Token);
        Assert.False(next.IsCompleted);

        await other.SendAsync(new byte[1]);
        await next;
        Assert.Equal(1, await own.ReceiveIfAnyAsync(new byte[6], CancellationToken.None));
    }

    [Fact]
    public async Task Who_always_has_more_gives_way_and_has_its_turn_again()
    {
        const int there = 64 << 10;
        (LoopStreamSocket greedy, Socket flood) = Connected();
        (LoopStreamSocket modest, Socket other) = Connected();
        Assert.Equal(StreamSocket.Nothing, await greedy.ReceiveIfAnyAsync(new byte[1], CancellationToken.None));
        Task<int> serving = modest.ReceiveAsync(new byte[1], _patience.Token).AsTask();
        async Task<int> ReceiveAsync()
        {
            await greedy.WaitReadableAsync(_patience.Token).ConfigureAwait(false);
            // From here on upon the loop's thread, which alone can serve the other.
            other.Send(new byte[1]);
            int count = 0;
            while (!serving.IsCompleted && count < there)
            {
                count += await greedy.ReceiveAsync(new byte[10], _patience.Token).ConfigureAwait(false);
            }
            return count;
        }
        Task<int> receiving = ReceiveAsync();

        flood.Send(new byte[there]);

        Assert.InRange(await receiving, 10, there / 2);
    }

    [Fact]
    public async Task Who_takes_the_receiving_over_gets_what_comes()
    {
        (LoopStreamSocket own, Socket other) = Connected();
        Task<int> before = own.ReceiveAsync(new byte[1], CancellationToken.None).AsTask();

        own.TakeReceivingOver();
        Task<int> now = own.ReceiveAsync(new byte[2], _patience.Token).AsTask();
        await other.SendAsync(new byte[1]);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => before);
        Assert.Equal(1, await now);
    }

    [Fact]
    public async Task Two_do_not_wait_for_one_direction()
    {
        (LoopStreamSocket own, Socket _) = Connected();
        Task<int> first = own.ReceiveAsync(new byte[1], CancellationToken.None).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await own.WaitReadableAsync(_patience.Token));

        Assert.False(first.IsCompleted);
        own.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
    }

    [Fact]
    public async Task The_next_owner_of_a_descriptor_is_not_taken_for_the_last_one()
    {
        // The loop may have told of the end too early, and another test may be quicker to get the descriptor.
        for (int round = 1; !await IsNextOwnerLeftAloneAsync(); round++)
        {
            Assert.InRange(round, 1, 100);
        }
    }

    /// <summary>False where it did not come to that.</summary>
    private async Task<bool> IsNextOwnerLeftAloneAsync()
    {
        (LoopStreamSocket holding, Socket hold) = Connected();
        (LoopStreamSocket earlier, Socket first) = Connected();
        (LoopStreamSocket last, Socket end) = Connected();
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(_listening.LocalEndPoint!);
        using var bothAreThere = new ManualResetEventSlim();
        LoopStreamSocket? next = null;
        async Task HoldAsync()
        {
            await holding.ReceiveAsync(new byte[1], _patience.Token).ConfigureAwait(false);
            bothAreThere.Wait(_patience.Token);
        }
        // The loop has the end of the last owner in its hands already when it goes on here.
        async Task ReplaceAsync()
        {
            await earlier.ReceiveAsync(new byte[1], _patience.Token).ConfigureAwait(false);
            last.Dispose();
            next = new LoopStreamSocket(_listening.Accept(), _loop);
            await next.ReceiveAsync(new byte[2], _patience.Token).ConfigureAwait(false);
        }
        Task held = HoldAsync(), replacing = ReplaceAsync();
        Task<int> receiving = last.ReceiveAsync(new byte[1], CancellationToken.None).AsTask();
        hold.Send(new byte[1]);
        first.Send(new byte[1]);
        end.Shutdown(SocketShutdown.Send);
        bothAreThere.Set();
        await held;
        bool isHeld = await Record.ExceptionAsync(() => receiving) is ObjectDisposedException;

        await peer.SendAsync(new byte[1]);
        await replacing;

        if (!isHeld || next!.Descriptor != last.Descriptor)
        {
            return false;
        }
        Assert.True(next.IsDrained);
        return true;
    }

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.0.0.1", "127.0.0.9")]
    [InlineData("::1", null)]
    public async Task It_connects(string address, string? source)
    {
        using var listening = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        listening.Listen();

        using StreamSocket made = await LoopConnect.RunAsync(
            _loop, (IPEndPoint)listening.LocalEndPoint!, source is null ? null : IPAddress.Parse(source), _patience.Token);
        using Socket accepted = await listening.AcceptAsync(_patience.Token);

        Assert.Equal(listening.LocalEndPoint, made.Socket.RemoteEndPoint);
        Assert.Equal(accepted.RemoteEndPoint, made.Socket.LocalEndPoint);
        Assert.True(source is null || ((IPEndPoint)made.Socket.LocalEndPoint!).Address.ToString() == source);
        Assert.True(made.Socket.NoDelay);
        await accepted.SendAsync(new byte[3], _patience.Token);
        Assert.Equal(3, await made.ReceiveAsync(new byte[4], _patience.Token));
    }

    [Fact]
    public async Task A_connection_that_is_refused_is_an_error_with_its_name()
    {
        var gone = (IPEndPoint)_listening.LocalEndPoint!;
        _listening.Dispose();

        var refused = await Assert.ThrowsAsync<SocketException>(() => LoopConnect.RunAsync(_loop, gone, source: null, _patience.Token));

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task A_connection_that_nobody_answers_is_given_up_in_time()
    {
        // A queue of one that is full: what is asked for more is not answered at all.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(full.LocalEndPoint!, _patience.Token);
        using var cancel = new CancellationTokenSource();

        Task connecting = LoopConnect.RunAsync(_loop, (IPEndPoint)full.LocalEndPoint!, source: null, cancel.Token);
        Assert.False(connecting.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    public void Dispose()
    {
        _listening.Dispose();
        _patience.Dispose();
    }

    private (LoopStreamSocket Own, Socket Other) Connected()
    {
        var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Connect(_listening.LocalEndPoint!);
        return (new LoopStreamSocket(_listening.Accept(), _loop), other);
    }
}
