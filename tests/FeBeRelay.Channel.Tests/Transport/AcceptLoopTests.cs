using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Transport;

public sealed class AcceptLoopTests
{
    /// <summary>Whoever stops a listener disposes its socket first, so that nobody connects any more, and cancels then.</summary>
    [Fact]
    public async Task A_socket_that_is_disposed_ends_the_loop_at_once_though_nobody_cancels()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        // A clock that stands still: a pause would never end.
        Task loop = AcceptLoop.RunAsync(listening, s => s.Dispose(), new FakeTimeProvider(), NullLogger.Instance, CancellationToken.None);

        listening.Dispose();

        await loop.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_connection_for_which_there_is_no_memory_is_reset_and_the_next_is_accepted()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        int accepted = 0;
        var second = new TaskCompletionSource<Socket>();
        void Accept(Socket socket)
        {
            if (accepted++ == 0)
            {
                throw new InsufficientMemoryException();
            }
            second.SetResult(socket);
        }
        Task loop = AcceptLoop.RunAsync(listening, Accept, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

        // The reset may be there before the connection is.
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket cut = await ConnectAsync(listening);
            await cut.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        });
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        using Socket served = await ConnectAsync(listening);
        (await second.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Dispose();

        listening.Dispose();
        await loop.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static async Task<Socket> ConnectAsync(Socket listening)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listening.LocalEndPoint!, TestContext.Current.CancellationToken);
        return socket;
    }
}
