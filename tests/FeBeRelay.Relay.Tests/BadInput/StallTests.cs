using System.Net.Sockets;
using System.Text;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Peers that connect and then keep still.</summary>
public sealed class StallTests
{
    [Theory]
    [InlineData("")]
    [InlineData("FB464252")]
    [InlineData("FB4642520D0A0D0A01")]
    public async Task A_peer_without_a_whole_message_in_time_gets_the_alert(string sent)
    {
        using var clock = new ObservedClock(Limits.FirstMessageDeadline);
        await using var nodes = new LoggedNodes { ListenerClock = clock };
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
            if (sent.Length > 0)
            {
                // Another receive, another timer: it tells that the bytes have arrived.
                await peer.SendAsync(Convert.FromHexString(sent));
                await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
            }
            clock.Advance(Limits.FirstMessageDeadline - TimeSpan.FromTicks(1));
            Assert.Empty(nodes.ListenerLog.Warnings);
            clock.Advance(TimeSpan.FromTicks(1));
            byte[] answer = Encoding.Latin1.GetBytes(await StreamTests.ReadToEndAsync(peer));
            Assert.Equal("FB4642520D0A0D0A7F00000000", Convert.ToHexString(answer));
        }
        await nodes.AssertServesOnAfterOneWarningAsync(listener, backEnd, "failed (Deadline)", "the peer sent no whole message in time");
    }
}
