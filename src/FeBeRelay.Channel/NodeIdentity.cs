using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

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

    internal MainModeSettings Settings { get; }

    /// <summary>What main mode offers where policy names suites or lifetimes in the place of the node's.</summary>
    internal MainModeSettings SettingsFor(SecurityMethods security) => security == SecurityMethods.Default
        ? Settings
        : Settings with { Suites = security.Suites ?? Settings.Suites, Lifetimes = security.Lifetimes ?? Settings.Lifetimes };

    /// <summary>Checks a peer's chain; about 1 ms for one that was not seen before.</summary>
    internal PeerVerdict Verify(IReadOnlyList<byte[]> chain, PeerRole role) => _verifier.Verify(chain, role);
}
