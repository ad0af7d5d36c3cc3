using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Peers whose certificate does not do: the reason stands in the log of the node that refused, the peer sees the alert whatever it was.</summary>
public sealed class BadCertificateTests
{
    [Theory]
    [InlineData("another authority", "does not lead to a trusted root", "Stranger")]
    [InlineData("self-signed", "does not lead to a trusted root", TestNodes.FrontEndName)]
    [InlineData("expired", "expired at", TestNodes.FrontEndName)]
    [InlineData("no extended key usage", "no extended key usage", "clientAuth")]
    [InlineData("only for responders", "lacks clientAuth", TestNodes.FrontEndName)]
    [InlineData("SHA-1", "SHA-256 or better is required", TestNodes.FrontEndName)]
    [InlineData("common name only", "no DNS name in its subject alternative name", TestNodes.FrontEndName)]
    public async Task An_initiator_with_a_bad_certificate_is_refused(string kind, string reason, string detail)
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        using X509Certificate2 bad = Issue(kind, nodes.Authority);
        using (Socket socket = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(
                () => SocketInitiator.RunMainModeAsync(socket, bad, Demand.Require, TestContext.Current.CancellationToken));
            Assert.Equal(ProtocolError.AlertedByPeer, e.Error);
        }
        await nodes.AssertServesOnAfterOneWarningAsync(listener, backEnd, "failed (IdentityRefused)", "certificate was refused", reason, detail);
    }

    [Fact]
    public async Task A_responder_with_a_certificate_of_another_name_is_refused_and_the_application_reset()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(listener), new PeerNode("other", listener.NodePorts[0], "other.lab.test"));

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("other"));

        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);
        LoggedNodes.AssertOneWarning(
            nodes.RelayLog, "Endpoint other", "main mode with node other", "certificate was refused", $"it names {TestNodes.BackEndName}, not other.lab.test");
        await Eventually.TrueAsync(() => nodes.ListenerLog.Warnings.Count > 0);
        LoggedNodes.AssertOneWarning(nodes.ListenerLog, "failed (AlertedByPeer)");
    }

    private static X509Certificate2 Issue(string kind, TestAuthority authority)
    {
        var good = new TestLeaf(TestNodes.FrontEndName);
        switch (kind)
        {
            case "another authority":
                using (TestAuthority stranger = TestAuthority.Create("Stranger", authority.Now))
                {
                    return stranger.Issue(good);
                }
            case "self-signed":
                return TestAuthority.SelfSigned(good, authority.Now);
            case "expired":
                return authority.Issue(good.Expired(authority.Now));
            case "no extended key usage":
                return authority.Issue(good.WithoutExtendedKeyUsage());
            case "only for responders":
                return authority.Issue(good.WithPurposes(TestLeaf.ServerAuthentication));
            case "SHA-1":
                return authority.Issue(good.SignedWithSha1());
            case "common name only":
                return authority.Issue(good.CommonNameOnly());
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of bad certificate");
        }
    }
}
