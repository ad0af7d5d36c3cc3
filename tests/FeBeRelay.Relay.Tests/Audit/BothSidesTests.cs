using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>Every failure leaves the right event in both nodes' logs: who refused, why, whom.</summary>
public sealed class BothSidesTests : IAsyncDisposable
{
    private readonly LoggedNodes _nodes = new();
    private readonly BackEndStub _backEnd = new();

    public static TheoryData<string, string> BadCertificates => new()
    {
        { "another authority", "UntrustedRoot" },
        { "self-signed", "UntrustedRoot" },
        { "expired", "Expired" },
        { "not yet valid", "NotYetValid" },
        { "wrong usage", "WrongExtendedKeyUsage" },
        { "no extended key usage", "MissingExtendedKeyUsage" },
        { "SHA-1", "WeakSignature" },
        { "common name only", "NoDnsName" },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task An_initiator_with_a_bad_certificate(string kind, string error)
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        using X509Certificate2 bad = Issue(kind, TestNodes.FrontEndName, TestLeaf.ServerAuthentication);
        Node relay = _nodes.StartRelay(_nodes.UncheckedIdentity(bad), TestNodes.FrontEndName, "owa", LoggedNodes.PeerAt(listener));

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.PeerNotAuthenticated);
        Assert.Equal((FailurePoint.Me, error, "main", "responder"), (refused.FailurePoint, refused.Error, refused.Mode, refused.Role));
        Assert.Equal((listener.NodePorts[0].ToString(), null), (refused.LocalAddress, refused.PeerIdentity));
        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "AlertedByPeer", "main", "initiator"), (told.FailurePoint, told.Error, told.Mode, told.Role));
        Assert.Equal((refused.RemoteAddress, refused.LocalAddress, "be"), (told.LocalAddress, told.RemoteAddress, told.PeerNode));
    }

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_responder_with_a_bad_certificate(string kind, string error)
    {
        using X509Certificate2 bad = Issue(kind, TestNodes.BackEndName, TestLeaf.ClientAuthentication);
        Node listener = _nodes.StartListener(_nodes.UncheckedIdentity(bad), LoggedNodes.ServiceOf(_backEnd));
        Node relay = _nodes.StartRelay("owa", LoggedNodes.PeerAt(listener));

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        AuditEvent refused = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.PeerNotAuthenticated);
        Assert.Equal((FailurePoint.Me, error, "be"), (refused.FailurePoint, refused.Error, refused.PeerNode));
        AuditEvent told = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "AlertedByPeer", refused.LocalAddress), (told.FailurePoint, told.Error, told.RemoteAddress));
    }

    [Fact]
    public async Task A_responder_with_another_name()
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        Node relay = _nodes.StartRelay("owa", new PeerNode("other", listener.NodePorts[0], "other.lab.test"));

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("other"));

        AuditEvent refused = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.PeerNotAuthenticated);
        Assert.Contains($"it names {TestNodes.BackEndName}, not other.lab.test", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(FailurePoint.Peer, (await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.MainModeFailed)).FailurePoint);
    }

    [Fact]
    public async Task A_peer_that_no_service_allows()
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd, peer: "other.lab.test"));

        await LoggedNodes.AssertResetAsync(_nodes.StartRelay("owa", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal((FailurePoint.Me, TestNodes.FrontEndName), (refused.FailurePoint, Assert.Single(refused.PeerIdentity!)));
        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal((FailurePoint.Peer, "not_authorised"), (told.FailurePoint, told.Code));
    }

    [Theory]
    [InlineData("typo", "no_service")]
    [InlineData("admin", "not_authorised")]
    public async Task A_service_that_is_not_there_or_not_for_the_peer(string service, string code)
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd), LoggedNodes.ServiceOf(_backEnd, "admin", "other.lab.test"));

        await LoggedNodes.AssertResetAsync(_nodes.StartRelay(service, LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ServiceRefused);
        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.ServiceRefused);
        Assert.Equal((FailurePoint.Me, code, service), (refused.FailurePoint, refused.Code, refused.Service));
        Assert.Equal((FailurePoint.Peer, code, service, "be"), (told.FailurePoint, told.Code, told.Service, told.Endpoint));
        Assert.Equal((refused.Channel, refused.InboundSpi), (told.Channel, told.OutboundSpi));
    }

    [Fact]
    public async Task A_back_end_that_is_down()
    {
        IPEndPoint down;
        using (var gone = new BackEndStub())
        {
            down = gone.EndPoint;
        }
        Node listener = _nodes.StartListener(new Service("down", down, [TestNodes.FrontEndName], ProxyProtocol: false));

        await LoggedNodes.AssertResetAsync(_nodes.StartRelay("down", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        Assert.Contains(down.ToString(), (await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.BackEndUnreachable)).Reason, StringComparison.Ordinal);
        Assert.Equal("back_end_unreachable", (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.ServiceRefused)).Code);
    }

    [Fact]
    public async Task Peers_without_a_suite_in_common()
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        using X509Certificate2 leaf = _nodes.Authority.Issue(TestNodes.FrontEndName);
        NodeIdentity other = _nodes.Identity(leaf, [PeerRole.Initiator], Suite.Aes128Gcm);

        await LoggedNodes.AssertResetAsync(_nodes.StartRelay(other, "fe", "owa", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal((FailurePoint.Me, "NothingInCommon"), (refused.FailurePoint, refused.Error));
        Assert.Equal(FailurePoint.Peer, (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed)).FailurePoint);
    }

    [Theory]
    [InlineData("474554202F20485454502F312E310D0A0D0A", "NotThisProtocol")]
    [InlineData("FB4642520D0A0D0A47455420000000002F", "UnexpectedMessage")]
    [InlineData("FB4642520D0A0D0A0100FFFFFF", "TooLong")]
    public async Task A_peer_that_speaks_garbage_to_a_listener(string garbage, string error)
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        string from;
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            from = peer.LocalEndPoint!.ToString()!;
            await peer.SendAsync(Convert.FromHexString(garbage));
            await StreamTests.ReadToEndAsync(peer);
        }

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal((FailurePoint.Me, error, from), (refused.FailurePoint, refused.Error, refused.RemoteAddress));
    }

    [Fact]
    public async Task A_peer_that_speaks_garbage_to_a_relay()
    {
        using var web = new BackEndStub();
        Node relay = _nodes.StartRelay("owa", new PeerNode("web", web.EndPoint, "web.lab.test"));
        Task reset = LoggedNodes.AssertResetAsync(relay.EndPointOf("web"));
        using (Socket dialled = await web.AcceptAsync())
        {
            await dialled.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            await StreamTests.ReadToEndAsync(dialled);
        }
        await reset;

        AuditEvent refused = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal((FailurePoint.Me, "NotThisProtocol", "web"), (refused.FailurePoint, refused.Error, refused.PeerNode));
    }

    [Fact]
    public async Task A_peer_that_stalls_on_a_listener()
    {
        using var clock = new ObservedClock(Limits.FirstMessageDeadline);
        await using var nodes = new LoggedNodes { ListenerClock = clock };
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
            clock.Advance(Limits.FirstMessageDeadline);
            await StreamTests.ReadToEndAsync(peer);
        }

        AuditEvent told = await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "Deadline"), (told.FailurePoint, told.Error));
    }

    [Fact]
    public async Task A_peer_that_stalls_on_a_relay()
    {
        using var clock = new ObservedClock(Limits.FirstMessageDeadline);
        await using var nodes = new LoggedNodes { RelayClock = clock };
        using var silent = new BackEndStub();
        Node relay = nodes.StartRelay("owa", new PeerNode("silent", silent.EndPoint, "silent.lab.test"));
        Task reset = LoggedNodes.AssertResetAsync(relay.EndPointOf("silent"));
        using (Socket dialled = await silent.AcceptAsync())
        {
            // Connecting may take as long, and comes first.
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
            await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
            clock.Advance(Limits.FirstMessageDeadline);
        }
        await reset;

        AuditEvent told = await nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "Deadline", "silent"), (told.FailurePoint, told.Error, told.PeerNode));
    }

    [Fact]
    public async Task A_peer_that_is_not_there()
    {
        IPEndPoint down;
        using (var gone = new BackEndStub())
        {
            down = gone.EndPoint;
        }

        await LoggedNodes.AssertResetAsync(_nodes.StartRelay("owa", new PeerNode("down", down, "down.lab.test")).EndPointOf("down"));

        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "Connect", down.ToString()), (told.FailurePoint, told.Error, told.RemoteAddress));
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _backEnd.Dispose();
    }

    private X509Certificate2 Issue(string kind, string name, string wrongUsage)
    {
        TestAuthority authority = _nodes.Authority;
        var good = new TestLeaf(name);
        switch (kind)
        {
            case "another authority":
                using (TestAuthority stranger = TestAuthority.Create("Stranger", authority.Now))
                {
                    return stranger.Issue(good);
                }
            case "self-signed":
                return TestAuthority.SelfSigned(good, authority.Now);
            default:
                return authority.Issue(kind switch
                {
                    "expired" => good.Expired(authority.Now),
                    "not yet valid" => good.NotYetValid(authority.Now),
                    "wrong usage" => good.WithPurposes(wrongUsage),
                    "no extended key usage" => good.WithoutExtendedKeyUsage(),
                    "SHA-1" => good.SignedWithSha1(),
                    _ => good.CommonNameOnly(),
                });
        }
    }
}
