using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Channel;

/// <summary>Who this node is, whom it believes, and what it offers in main mode. Thread-safe.</summary>
public sealed class NodeIdentity
{
    private readonly PeerCertificateVerifier _verifier;

    /// <param name="certificate">The node's own; stays the caller's.</param>
    /// <param name="roots">The authorities it believes.</param>
    /// <param name="suites">In order of preference, at least one.</param>
    /// <param name="groups">In order of preference, at least one.</param>
    /// <param name="lifetimes">The longest that it allows.</param>
    /// <param name="time">The clock of certificates' validity.</param>
    public NodeIdentity(
        NodeCertificate certificate, TrustedRoots roots, IReadOnlyList<Suite> suites, IReadOnlyList<Group> groups, Lifetimes lifetimes, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        _verifier = new PeerCertificateVerifier(roots, time, certificate.Leaf);
        Certificate = certificate;
        Settings = new MainModeSettings(
            suites, groups, lifetimes, new LocalIdentity(certificate.Chain, (SignatureScheme)certificate.Scheme, data => certificate.Sign(data)), PlatformEntropy.Instance);
    }

    /// <summary>The first DNS name of the node's certificate.</summary>
    public string Name => Certificate.Name;

    /// <summary>The node's own certificate.</summary>
    public NodeCertificate Certificate { get; }

    /// <summary>The suites that it offers and takes where no rule names others, best first.</summary>
    public IReadOnlyList<Suite> Suites => Settings.Suites;

    internal MainModeSettings Settings { get; }

    /// <summary>Checks a peer's chain; about 1 ms for one that was not seen before.</summary>
    internal PeerVerdict Verify(IReadOnlyList<byte[]> chain, PeerRole role) => _verifier.Verify(chain, role);
}
