using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A service manager stops a node while somebody downloads. The download finishes, whoever comes new is refused, and the node ends with exit
/// code 0, whichever of the two it is.
/// </summary>
[Collection("two nodes")]
public sealed class DrainScenario
{
    [Theory(Timeout = 90_000)]
    [InlineData("relay")]
    [InlineData("listener")]
    public async Task An_open_download_finishes_and_new_connections_are_refused(string which)
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        NodeProcess node = which == "relay" ? nodes.Relay : nodes.Listener;
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await server.AcceptAsync();
        await served.SayAsync("first half, ");
        Assert.Equal("first half, ", await client.HearAsync(12));

        await node.TerminateAsync();
        await node.WaitForAsync("Draining");
        await RefusedAsync(which == "relay" ? nodes.EndPoint : nodes.NodePort);
        await served.SayAsync("second half");
        served.Shutdown(SocketShutdown.Send);

        Assert.Equal("second half", await client.HearAllAsync());
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await served.HearAllAsync());
        Assert.Equal(0, await node.EndAsync());
    }

    /// <summary>The log says that draining begins just before the port closes: tries until it has.</summary>
    private static async Task RefusedAsync(EndPoint endPoint)
    {
        SocketError? error = null;
        // A reset is a connection that came just before the port was closed.
        while (error is not SocketError.ConnectionRefused)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                using Socket socket = await Wire.ConnectAsync(endPoint);
            }
            catch (SocketException e)
            {
                error = e.SocketErrorCode;
            }
        }
        Assert.Equal(SocketError.ConnectionRefused, error);
    }
}
