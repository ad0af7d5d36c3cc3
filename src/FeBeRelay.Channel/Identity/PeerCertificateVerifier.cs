using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity.Revocation;

namespace FeBeRelay.Channel.Identity;

/// <summary>
/// Decides who a peer is from the chain that it sent (docs/protocol.md 7). Opens no connection whatever the certificates say. May be
/// used from many threads. It does not check that the peer holds the leaf's key: main mode's signature does, before this is asked.
/// </summary>
public sealed class PeerCertificateVerifier
{
    private readonly TimeProvider _time;
    private readonly byte[] _ownLeaf;
    private readonly byte[] _ownKey;
    private volatile Trust _trust;

    public PeerCertificateVerifier(TrustedRoots roots, TimeProvider time, byte[] ownLeaf)
        : this(roots, RevocationLists.None, time, ownLeaf)
    {
    }

    public PeerCertificateVerifier(TrustedRoots roots, RevocationLists revocation, TimeProvider time, byte[] ownLeaf)
    {
        ArgumentNullException.ThrowIfNull(ownLeaf);
        _time = time;
        _ownLeaf = ownLeaf;
        using var own = CertificateDer.Parse(ownLeaf);
        _ownKey = own.PublicKey.ExportSubjectPublicKeyInfo();
        _trust = new(roots, revocation);
    }

    /// <summary>The roots that count.</summary>
    internal X509Certificate2Collection Roots => _trust.Roots.Certificates;

    /// <summary>The lists that count.</summary>
    internal RevocationLists Revocation => _trust.Revocation;

    internal int CachedChains => _trust.Cache.Count;

    /// <summary>From now on only these roots and lists count, and nothing that was accepted under the old ones.</summary>
    public void ReplaceTrust(TrustedRoots roots, RevocationLists revocation) => _trust = new(roots, revocation);

    public PeerVerdict Verify(IReadOnlyList<byte[]> chain, PeerRole role)
    {
        ArgumentNullException.ThrowIfNull(chain);
        if (CheckSize(chain) is { } tooMuch)
            return new(tooMuch);
        // One snapshot: what is accepted under roots that are being replaced must not enter the new ones' cache.
        var trust = _trust;
        var now = _time.GetUtcNow();
        var key = VerdictCache.KeyOf(chain, role);
        if (trust.Cache.TryGet(key, now, out var known))
            return known;
        var certificates = new List<X509Certificate2>(chain.Count);
        try
        {
            foreach (var der in chain)
                certificates.Add(CertificateDer.Parse(der));
            return FindProblem(certificates, role, now, trust.Roots) is { } problem
                ? new(problem)
                : BuildChain(certificates, role, now, trust, key);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException or InvalidOperationException)
        {
            // Extensions and names are decoded as they are looked at, so a damaged one surfaces anywhere above.
            return new(new CertificateProblem(IdentityRefusal.Malformed, $"a certificate in the chain cannot be read: {CertificateNames.Printable(e.Message)}"));
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    private static CertificateProblem? CheckSize(IReadOnlyList<byte[]> chain)
    {
        var bytes = chain.Sum(der => (long)der.Length);
        return chain.Count switch
        {
            0 => new(IdentityRefusal.Malformed, "the peer sent no certificate"),
            > IdentityLimits.ChainCertificates => new(
                IdentityRefusal.TooManyCertificates, $"the chain has {chain.Count} certificates; at most {IdentityLimits.ChainCertificates} are allowed"),
            _ when bytes > IdentityLimits.ChainBytes => new(
                IdentityRefusal.TooLarge, $"the chain has {bytes} bytes; at most {IdentityLimits.ChainBytes} are allowed"),
            _ => null,
        };
    }

    /// <summary>Everything that can be known without building a chain.</summary>
    private CertificateProblem? FindProblem(List<X509Certificate2> chain, PeerRole role, DateTimeOffset now, TrustedRoots roots) =>
        CheckNotOwn(chain[0])
        ?? CertificateRules.LeafProblems(chain[0], role, now).FirstOrDefault()
        ?? CheckOrder(chain)
        ?? chain.Skip(1).Select(issuer => IssuerProblem(issuer, now, roots)).FirstOrDefault(problem => problem is not null);

    /// <summary>The key counts too: an ECDSA signature can be rewritten by anybody, which changes the certificate's bytes but not whose it is.</summary>
    private CertificateProblem? CheckNotOwn(X509Certificate2 leaf) =>
        leaf.RawDataMemory.Span.SequenceEqual(_ownLeaf) || leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_ownKey)
            ? new(IdentityRefusal.OwnLeaf, "the peer sent this node's own certificate or key back: a reflection, or two nodes share one key (each needs its own)")
            : null;

    private static CertificateProblem? CheckOrder(List<X509Certificate2> chain) =>
        ChainOrder.IsOrdered(chain)
            ? null
            : new(IdentityRefusal.Malformed, "the chain is out of order: each certificate must be followed by its issuer's");

    private static CertificateProblem? IssuerProblem(X509Certificate2 issuer, DateTimeOffset now, TrustedRoots roots) =>
        CertificateRules.CheckValidity(issuer, now)
        ?? CertificateStrength.CheckKey(issuer)
        ?? (roots.Contains(issuer) ? null : CertificateStrength.CheckSignature(issuer) ?? CertificateRules.CheckPolicies(issuer));

    private static PeerVerdict BuildChain(List<X509Certificate2> sent, PeerRole role, DateTimeOffset now, Trust trust, string key)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyFor(sent, role, now, trust.Roots) };
        try
        {
            var isBuilt = chain.Build(sent[0]);
            var elements = chain.ChainElements.Select(element => element.Certificate).ToList();
            if (ChainProblem(chain, isBuilt, elements, sent, now, trust.Roots) is { } problem)
                return new(problem);
            if (trust.Revocation.FindProblem(elements, now, out var unrevokedUntil) is { } revoked)
                return new(revoked);
            var notAfter = elements.Min(CertificateRules.NotAfter);
            var verdict = new PeerVerdict(IdentityOf(sent[0], notAfter));
            trust.Cache.Add(key, verdict, elements.Max(CertificateRules.NotBefore), unrevokedUntil < notAfter ? unrevokedUntil : notAfter);
            return verdict;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }

    /// <summary>Downloads off: an AIA or CDP address in a stranger's certificate would otherwise make this node open connections.</summary>
    private static X509ChainPolicy PolicyFor(List<X509Certificate2> sent, PeerRole role, DateTimeOffset now, TrustedRoots roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationFlags = X509VerificationFlags.NoFlag,
            VerificationTime = now.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(roots.Certificates);
        foreach (var issuer in sent.Skip(1))
            policy.ExtraStore.Add(issuer);
        policy.ApplicationPolicy.Add(new Oid(CertificateRules.ExtendedKeyUsageOf(role)));
        return policy;
    }

    private static CertificateProblem? ChainProblem(
        X509Chain chain, bool isBuilt, List<X509Certificate2> elements, List<X509Certificate2> sent, DateTimeOffset now, TrustedRoots roots)
    {
        var name = CertificateNames.Display(sent[0]);
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if ((status & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0)
        {
            var issuer = CertificateNames.Printable(sent[^1].Issuer);
            return new(IdentityRefusal.UntrustedRoot, $"the certificate of {name} does not lead to a trusted root; its issuer is {issuer}");
        }

        if (elements.Select(certificate => CertificateRules.CheckValidity(certificate, now)).FirstOrDefault(problem => problem is not null) is { } time)
            return time;
        if (status.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return new(IdentityRefusal.WrongExtendedKeyUsage, $"an authority above {name} may not issue certificates for this extended key usage");
        if (!isBuilt || status != X509ChainStatusFlags.NoError)
            return new(IdentityRefusal.InvalidChain, $"the chain of {name} does not hold: {status}");
        // The platform also looks into this user's own stores for issuers. What was not checked above must not take part.
        return roots.Contains(elements[^1]) && elements.SkipLast(1).All(element => sent.Any(one => one.RawDataMemory.Span.SequenceEqual(element.RawDataMemory.Span)))
            ? null
            : new(IdentityRefusal.UntrustedRoot, $"the chain of {name} needs a certificate that the peer did not send");
    }

    private static PeerIdentity IdentityOf(X509Certificate2 leaf, DateTimeOffset notAfter) => new(
        CertificateNames.DnsNames(leaf),
        CertificateNames.OrganizationalUnits(leaf.SubjectName),
        CertificateNames.Fingerprint(leaf),
        notAfter,
        CertificateNames.Display(leaf));

    private sealed record Trust(TrustedRoots Roots, RevocationLists Revocation)
    {
        public VerdictCache Cache { get; } = new(IdentityLimits.CachedChains);
    }
}
