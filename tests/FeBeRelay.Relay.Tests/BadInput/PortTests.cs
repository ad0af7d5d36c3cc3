using System.Net;
using System.Net.Sockets;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Ports that are taken, and a listener that comes back on the port that it had.</summary>
public sealed class PortTests
{
    /// <summary>No other test uses it, so that a port once free stays free.</summary>
    private static readonly IPAddress Address = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task A_port_in_use_is_named_with_the_fix_and_is_taken_once_it_is_free()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        IPEndPoint port;
        using (var other = new BackEndStub(Address))
        {
            port = other.EndPoint;
            var e = Assert.Throws<NodeStartException>(() => nodes.StartListener(port, nodes.ListenerLog, LoggedNodes.ServiceOf(backEnd)));
            Assert.Contains($"node port {port} cannot be opened", e.Message, StringComparison.Ordinal);
            Assert.Contains("stop the other program or choose another address", e.Hint, StringComparison.Ordinal);
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.IsType<SocketException>(e.InnerException).SocketErrorCode);
        }
        Node listener = nodes.StartListener(port, nodes.ListenerLog, LoggedNodes.ServiceOf(backEnd));
        await LoggedNodes.AssertServedAsync(nodes.StartRelay("owa", LoggedNodes.PeerAt(listener)).EndPointOf("be"), backEnd);
        Assert.Empty(nodes.ListenerLog.Warnings);
    }

    [Fact]
    public async Task A_listener_that_forgot_the_association_after_a_restart_serves_the_next_connection()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node first = nodes.StartListener(new IPEndPoint(Address, 0), nodes.ListenerLog, LoggedNodes.ServiceOf(backEnd));
        IPEndPoint port = first.NodePorts[0];
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(first));
        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);
        await Eventually.TrueAsync(() => relay.IdleChannels == 1);
        string known = relay.Associations.All.Single().Id;
        await first.DisposeAsync();
        await Eventually.TrueAsync(() => relay.IdleChannels == 0);

        var log = new CollectedLog();
        nodes.StartListener(port, log, LoggedNodes.ServiceOf(backEnd));
        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);

        Assert.Contains(nodes.RelayLog.Lines, line => line.Contains($"Association {known}", StringComparison.Ordinal) && line.Contains("lost by the peer", StringComparison.Ordinal));
        Assert.Empty(nodes.RelayLog.Warnings);
        Assert.Empty(log.Warnings);
    }
}
