using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel;

/// <summary>Who this node is, whom it believes, and what it offers in main mode. What it is made of can be replaced while it is in use. Thread-safe.</summary>
public sealed class NodeIdentity
{
    private readonly TimeProvider _time;
    private readonly KerberosNode? _kerberos;

    // Tells this node from others that hold the same pre-shared key, or the same keytab.
    private readonly byte[] _instance = RandomNumberGenerator.GetBytes(Limits.IdSize);
    private volatile Credentials _credentials;

    /// <param name="certificate">The node's own; stays the caller's.</param>
    /// <param name="roots">The authorities it believes.</param>
    /// <param name="suites">In order of preference, at least one.</param>
    /// <param name="groups">In order of preference, at least one.</param>
    /// <param name="lifetimes">The longest that it allows.</param>
    /// <param name="time">The clock of certificates' validity.</param>
    /// <param name="keys">Pre-shared keys that policy may name; none where null.</param>
    /// <param name="kerberos">The node's part in a realm of Kerberos; null for none.</param>
    public NodeIdentity(
        NodeCertificate certificate, TrustedRoots roots, IReadOnlyList<Suite> suites, IReadOnlyList<Group> groups, Lifetimes lifetimes, TimeProvider time,
        IReadOnlyList<PreSharedKey>? keys = null, KerberosNode? kerberos = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        _time = time;
        _kerberos = kerberos;
        _credentials = new Credentials(
            certificate,
            new PeerCertificateVerifier(roots, time, certificate.Leaf),
            new MainModeSettings(suites, groups, lifetimes, LocalIdentityOf(certificate), NodeEntropy.Instance) { Instance = _instance },
            keys ?? []);
    }

    /// <summary>The first DNS name of the node's certificate.</summary>
    public string Name => Certificate.Name;

    /// <summary>The node's own certificate.</summary>
    public NodeCertificate Certificate => _credentials.Certificate;

    /// <summary>The suites that it offers and takes where no rule names others, best first.</summary>
    public IReadOnlyList<Suite> Suites => Settings.Suites;

    /// <summary>The key exchange groups that it offers and takes where no rule names others, best first.</summary>
    public IReadOnlyList<Group> Groups => Settings.Groups;

    /// <summary>The authorities that it believes.</summary>
    public IReadOnlyList<X509Certificate2> Roots => [.. _credentials.Verifier.Roots];

    /// <summary>What they have taken back, as far as it knows.</summary>
    public RevocationLists Revocation => _credentials.Verifier.Revocation;

    /// <summary>Its part in a realm; there where Kerberos was offered or taken.</summary>
    internal KerberosNode Kerberos => _kerberos ?? throw new InvalidOperationException("this node has no Kerberos");

    internal MainModeSettings Settings => _credentials.Settings;

    /// <summary>
    /// Shows another certificate from the next main mode on, and believes these authorities and lists from the next check on. Associations that exist are
    /// not touched: <see cref="Associations.AssociationTable.Recheck"/> looks after them.
    /// </summary>
    /// <param name="certificate">The node's own, new or as before; stays the caller's. One that is replaced is not to be disposed: a main mode may be signing with it.</param>
    /// <param name="roots">The authorities.</param>
    /// <param name="revocation">What they have taken back.</param>
    /// <param name="keys">The pre-shared keys; as before where null. Those that are replaced are not to be disposed either.</param>
    public void Replace(NodeCertificate certificate, TrustedRoots roots, RevocationLists revocation, IReadOnlyList<PreSharedKey>? keys = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Credentials old = _credentials;
        if (ReferenceEquals(certificate, old.Certificate))
        {
            old.Verifier.ReplaceTrust(roots, revocation);
            _credentials = old with { Keys = keys ?? old.Keys };
            return;
        }
        _credentials = new Credentials(
            certificate,
            new PeerCertificateVerifier(roots, revocation, _time, certificate.Leaf),
            old.Settings with { Identity = LocalIdentityOf(certificate) },
            keys ?? old.Keys);
    }

    /// <summary>What main mode offers where policy names suites, groups, lifetimes or ways to authenticate in the place of the node's.</summary>
    /// <exception cref="ProtocolException">Policy names nothing but pre-shared keys that this node has not.</exception>
    internal MainModeSettings SettingsFor(SecurityMethods security) => security == SecurityMethods.Default
        ? Settings
        : Settings with
        {
            Suites = security.Suites ?? Settings.Suites,
            Groups = security.Groups ?? Settings.Groups,
            Lifetimes = LifetimesFor(security),
            Methods = OfferOf(security.Authentication),
        };

    /// <summary>How long what main mode makes is to live.</summary>
    internal Lifetimes LifetimesFor(SecurityMethods security) => security.Lifetimes ?? Settings.Lifetimes;

    /// <summary>The ways to authenticate that policy names and this node has the means for, in the order given; perhaps none.</summary>
    internal IReadOnlyList<MainModeMethod> MethodsOf(IEnumerable<AuthenticationMethod> allowed)
    {
        IReadOnlyList<PreSharedKey> keys = _credentials.Keys;
        return [.. allowed.Select(method => MethodOf(method, keys)).OfType<MainModeMethod>()];
    }

    /// <summary>That way to authenticate with this node's means; null where it has not got them.</summary>
    private MainModeMethod? MethodOf(AuthenticationMethod method, IReadOnlyList<PreSharedKey> keys) =>
        method.IsKerberos ? _kerberos is null ? null : MainModeMethod.Kerberos
        : method.Key is null ? MainModeMethod.Certificates
        : keys.FirstOrDefault(key => key.Name == method.Key) is { } key ? new MainModeMethod(key)
        : null;

    /// <summary>What of it goes into one offer.</summary>
    private IReadOnlyList<MainModeMethod> OfferOf(IReadOnlyList<AuthenticationMethod> allowed)
    {
        IReadOnlyList<MainModeMethod> methods = MethodsOf(allowed);
        IEnumerable<MainModeMethod> tooMany = methods.Where(method => method.Key is not null).Skip(MainModeMethod.MaxKeys);
        return methods.Count > 0
            ? [.. methods.Except(tooMany)]
            : throw new ProtocolException(ProtocolError.NothingInCommon, $"policy asks for {string.Join(", ", allowed)}, which this node does not have");
    }

    /// <summary>Why an association's peer would be refused now; null if it would not.</summary>
    internal CertificateProblem? Recheck(Association association)
    {
        if (association.Peer.Method.Key is { } name)
        {
            return _credentials.Keys.Any(key => key.Name == name && key.Fingerprint == association.Peer.Fingerprint)
                ? null
                : new CertificateProblem(IdentityRefusal.Revoked, $"this node no longer has pre-shared key {name} as it was");
        }
        if (association.Peer.Method.IsKerberos)
        {
            // Tickets are not taken back: the association's life is the limit.
            return null;
        }
        return Verify(association.PeerChain, association.Role == Role.Initiator ? PeerRole.Responder : PeerRole.Initiator).Problem;
    }

    /// <summary>Checks a chain, leaf first; about 1 ms for one that was not seen before.</summary>
    public PeerVerdict Verify(IReadOnlyList<byte[]> chain, PeerRole role) => _credentials.Verifier.Verify(chain, role);

    private static LocalIdentity LocalIdentityOf(NodeCertificate certificate) =>
        new(certificate.Chain, (SignatureScheme)certificate.Scheme, data => certificate.Sign(data));

    private sealed record Credentials(NodeCertificate Certificate, PeerCertificateVerifier Verifier, MainModeSettings Settings, IReadOnlyList<PreSharedKey> Keys);
}
