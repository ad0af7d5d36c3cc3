using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>Two nodes whose authorities do not know each other, and a key that they share: what both security logs say.</summary>
public sealed class PreSharedKeyTests : IAsyncDisposable
{
    private const string Holder = "psk=plant7";

    private readonly LoggedNodes _nodes = new() { ListenerPolicy = PolicyOf(Holder) };
    private readonly TestAuthority _elsewhere = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly BackEndStub _backEnd = new();

    [Fact]
    public async Task Holders_of_one_key_are_served_without_a_common_authority()
    {
        Node listener = StartListener(1, LoggedNodes.ServiceOf(_backEnd, peer: Holder));

        await LoggedNodes.AssertServedAsync(StartRelay(listener, 1, Holder).EndPointOf("be"), _backEnd);

        AuditEvent listened = await SingleAsync(_nodes.ListenerAudit, AuditEventId.AssociationEstablished);
        AuditEvent dialled = await SingleAsync(_nodes.RelayAudit, AuditEventId.AssociationEstablished);
        Assert.Equal((Holder, Holder), (Assert.Single(listened.PeerIdentity!), Assert.Single(dialled.PeerIdentity!)));
        Assert.Equal((Holder, Holder), (listened.Authentication, dialled.Authentication));
    }

    [Fact]
    public async Task A_wrong_key()
    {
        Node listener = StartListener(1, LoggedNodes.ServiceOf(_backEnd, peer: Holder));

        await LoggedNodes.AssertResetAsync(StartRelay(listener, 2, Holder).EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.PeerNotAuthenticated);
        Assert.Equal((FailurePoint.Me, "IdentityRefused", "main", "responder"), (refused.FailurePoint, refused.Error, refused.Mode, refused.Role));
        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        Assert.Equal((FailurePoint.Peer, "AlertedByPeer", "be"), (told.FailurePoint, told.Error, told.PeerNode));
    }

    [Fact]
    public async Task A_key_that_no_service_is_for()
    {
        Node listener = StartListener(1, LoggedNodes.ServiceOf(_backEnd));

        await LoggedNodes.AssertResetAsync(StartRelay(listener, 1, Holder).EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal((Holder, Holder), (Assert.Single(refused.PeerIdentity!), refused.Authentication));
        Assert.Equal((FailurePoint.Peer, "not_authorised"), PointOf(await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed)));
    }

    [Fact]
    public async Task A_method_that_policy_does_not_take()
    {
        Node listener = StartListener(1, LoggedNodes.ServiceOf(_backEnd, peer: Holder));

        await LoggedNodes.AssertResetAsync(StartRelay(listener, 1, "certificate").EndPointOf("be"));

        Assert.Equal(FailurePoint.Me, (await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData)).FailurePoint);
        Assert.Equal(FailurePoint.Peer, (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed)).FailurePoint);
    }

    [Fact]
    public async Task A_key_that_the_dialling_node_has_not()
    {
        Node listener = StartListener(1, LoggedNodes.ServiceOf(_backEnd, peer: Holder));

        await LoggedNodes.AssertResetAsync(StartRelay(listener, 1, "psk=unknown").EndPointOf("be"));

        Assert.Contains("psk=unknown, which this node does not have", (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.InvalidData)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_replaced_on_one_side_cuts_what_lives_under_it()
    {
        NodeIdentity identity = IdentityOf(TestNodes.BackEndName, 1);
        Node listener = _nodes.StartListener(identity, LoggedNodes.ServiceOf(_backEnd, peer: Holder));
        await LoggedNodes.AssertServedAsync(StartRelay(listener, 1, Holder).EndPointOf("be"), _backEnd);

        Give(identity, 2);
        listener.Associations.Recheck(identity);

        Assert.Contains("no longer has pre-shared key plant7", (await SingleAsync(_nodes.ListenerAudit, AuditEventId.PeerRevoked)).Reason, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _backEnd.Dispose();
        _elsewhere.Dispose();
    }

    private Node StartListener(byte key, Service service) => _nodes.StartListener(IdentityOf(TestNodes.BackEndName, key), service);

    private Node StartRelay(Node listener, byte key, string authentication)
    {
        // Its certificate is of an authority that the listener does not know.
        using var leaf = _elsewhere.Issue(TestNodes.FrontEndName);
        NodeIdentity identity = _nodes.Identity(leaf, [], Suite.Aes256Gcm);
        Give(identity, key);
        return _nodes.StartRelay(new NodeOptions
        {
            Name = "fe",
            Identity = identity,
            Peers = [LoggedNodes.PeerAt(listener)],
            Endpoints = [new EndpointOptions("be", new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), "be", "owa")],
            Policy = PolicyOf(authentication),
        });
    }

    private NodeIdentity IdentityOf(string name, byte key)
    {
        NodeIdentity identity = _nodes.Identity(name);
        Give(identity, key);
        return identity;
    }

    private static void Give(NodeIdentity identity, byte value) => identity.Replace(
        identity.Certificate,
        TrustedRoots.FromCertificates([.. identity.Roots]),
        RevocationLists.None,
        [new PreSharedKey("plant7", [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7 + value))])]);

    private static EffectivePolicy PolicyOf(string authentication) => new(new NodePolicy("keys", Posture.SecureServer,
    [
        new PolicyRule
        {
            Name = "keys",
            Action = FilterAction.Negotiate,
            Security = SecurityMethods.Default with { Authentication = [AuthenticationMethod.Parse(authentication)!] },
        },
    ]));

    private static (FailurePoint?, string?) PointOf(AuditEvent one) => (one.FailurePoint, one.Code);

    private static async Task<AuditEvent> SingleAsync(CollectedAudit audit, AuditEventId id)
    {
        await Eventually.TrueAsync(() => audit.Events.Any(one => one.Id == (int)id));
        return Assert.Single(audit.Events, one => one.Id == (int)id);
    }
}
