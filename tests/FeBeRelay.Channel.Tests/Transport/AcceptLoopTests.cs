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
}
