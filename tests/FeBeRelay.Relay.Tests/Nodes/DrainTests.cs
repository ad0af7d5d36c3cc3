using System.Diagnostics;
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

        var watch = Stopwatch.StartNew();
        await nodes.Relay.DrainAsync(CancellationToken.None);
        TestContext.Current.SendDiagnosticMessage($"drained in {watch.Elapsed}");
        Console.Error.WriteLine($"drained in {watch.Elapsed}");

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(buffer));
        await Assert.ThrowsAsync<SocketException>(async () => await served.ReceiveAsync(buffer));
        watch.Restart();
        await nodes.Listener.DrainAsync(CancellationToken.None);
        Console.Error.WriteLine($"drained in {watch.Elapsed}");
    }
}
