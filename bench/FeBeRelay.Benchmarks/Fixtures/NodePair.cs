using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Certificates;

namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>Two nodes with P-256 certificates of one authority, and the same certificates for TLS.</summary>
internal sealed class NodePair : IDisposable
{
    public const string InitiatorName = "fe1.lab.test";
    public const string ResponderName = "be1.lab.test";

    private static readonly PeerRole[] BothRoles = [PeerRole.Initiator, PeerRole.Responder];

    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly NodeCertificate _initiatorNode;
    private readonly NodeCertificate _responderNode;

    public NodePair()
    {
        InitiatorCertificate = _authority.Issue(InitiatorName);
        ResponderCertificate = _authority.Issue(ResponderName);
        _initiatorNode = NodeCertificate.FromCertificate(InitiatorCertificate, [], BothRoles, TimeProvider.System);
        _responderNode = NodeCertificate.FromCertificate(ResponderCertificate, [], BothRoles, TimeProvider.System);
        Initiator = NewIdentity(_initiatorNode, Group.P256);
        Responder = NewIdentity(_responderNode, Group.P256);
        Hybrid = (NewIdentity(_initiatorNode, Group.P256MlKem768), NewIdentity(_responderNode, Group.P256MlKem768));
    }

    public X509Certificate2 Root => _authority.Certificate;

    public X509Certificate2 InitiatorCertificate { get; }

    public X509Certificate2 ResponderCertificate { get; }

    /// <summary>Remembers the peer's chain after the first main mode, as a running node does.</summary>
    public NodeIdentity Initiator { get; }

    /// <inheritdoc cref="Initiator"/>
    public NodeIdentity Responder { get; }

    /// <summary>The same two with the hybrid key exchange only.</summary>
    public (NodeIdentity Initiator, NodeIdentity Responder) Hybrid { get; }

    /// <summary>Both nodes as they are after a start: they have not seen any chain yet.</summary>
    public (NodeIdentity Initiator, NodeIdentity Responder) JustStarted() => (NewIdentity(_initiatorNode, Group.P256), NewIdentity(_responderNode, Group.P256));

    public void Dispose()
    {
        _initiatorNode.Dispose();
        _responderNode.Dispose();
        InitiatorCertificate.Dispose();
        ResponderCertificate.Dispose();
        _authority.Dispose();
    }

    private NodeIdentity NewIdentity(NodeCertificate certificate, Group group) => new(
        certificate, TrustedRoots.FromCertificates(_authority.Certificate), [Suite.Aes256Gcm], [group], Lifetimes.Default, TimeProvider.System);
}
