using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>This node's own certificate, the chain that goes with it, and the key that signs main mode.</summary>
public sealed class NodeCertificate : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AsymmetricAlgorithm _key;

    private NodeCertificate(X509Certificate2 leaf, AsymmetricAlgorithm key, NodeSignatureScheme scheme, IReadOnlyList<byte[]> chain)
    {
        _key = key;
        Scheme = scheme;
        Chain = chain;
        DnsNames = CertificateNames.DnsNames(leaf);
        OrganizationalUnits = CertificateNames.OrganizationalUnits(leaf.SubjectName);
        Fingerprint = CertificateNames.Fingerprint(leaf);
        SubjectForDisplay = CertificateNames.Display(leaf);
        NotAfter = CertificateRules.NotAfter(leaf);
    }

    /// <summary>As sent: DER, leaf first, then each certificate's issuer, without the root.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    public byte[] Leaf => Chain[0];

    public NodeSignatureScheme Scheme { get; }

    /// <summary>The first DNS name.</summary>
    public string Name => DnsNames[0];

    public IReadOnlyList<string> DnsNames { get; }

    /// <summary>Organizational units of the subject, in its order.</summary>
    public IReadOnlyList<string> OrganizationalUnits { get; }

    /// <summary>SHA-256 of the leaf, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    public string SubjectForDisplay { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Loads what a peer would accept in these roles (a node that dials is an initiator, one that listens a responder), or says why not.</summary>
    /// <exception cref="IdentityException">The message names the file, what is wrong and the fix.</exception>
    public static NodeCertificate Load(NodeCertificateFiles files, IReadOnlyCollection<PeerRole> roles, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(time);
        var (leaf, key, others) = NodeCertificateLoader.Load(files);
        using (leaf)
            return Create(leaf, key, others, roles, time, files.Path);
    }

    /// <summary>From memory: <paramref name="leaf"/> has its private key, which is copied.</summary>
    public static NodeCertificate FromCertificate(
        X509Certificate2 leaf, IEnumerable<X509Certificate2> intermediates, IReadOnlyCollection<PeerRole> roles, TimeProvider time) =>
        FromCertificate(leaf, intermediates, roles, time, CertificateNames.Display(leaf));

    /// <param name="source">Where it came from, for messages.</param>
    internal static NodeCertificate FromCertificate(
        X509Certificate2 leaf, IEnumerable<X509Certificate2> intermediates, IReadOnlyCollection<PeerRole> roles, TimeProvider time, string source)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(time);
        AsymmetricAlgorithm? key = leaf.GetECDsaPrivateKey();
        key ??= leaf.GetRSAPrivateKey();
        return key is not null
            ? Create(leaf, key, intermediates, roles, time, source)
            : throw new IdentityException($"{source}: no ECDSA or RSA private key");
    }

    /// <summary>Signs with the hash that belongs to <see cref="Scheme"/>; ECDSA signatures are r and s side by side.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        // Platform keys are not promised to be safe for use from several threads.
        lock (_lock)
        {
            return _key switch
            {
                ECDsa key => key.SignData(
                    data,
                    Scheme == NodeSignatureScheme.EcdsaP256Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => ((RSA)_key).SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            };
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _key.Dispose();
    }

    private static NodeCertificate Create(
        X509Certificate2 leaf,
        AsymmetricAlgorithm key,
        IEnumerable<X509Certificate2> others,
        IReadOnlyCollection<PeerRole> roles,
        TimeProvider time,
        string source)
    {
        try
        {
            RequireAcceptable(leaf, roles, time.GetUtcNow(), source);
            var scheme = SchemeOf(leaf, source);
            IReadOnlyList<byte[]> chain = [leaf.RawData, .. ChainOrder.Above(leaf, others).Select(issuer => issuer.RawData)];
            RequireSize(chain, source);
            return new(leaf, key, scheme, chain);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static void RequireAcceptable(X509Certificate2 leaf, IReadOnlyCollection<PeerRole> roles, DateTimeOffset now, string source)
    {
        CertificateProblem? problem;
        try
        {
            using var asPeersReadIt = CertificateDer.Parse(leaf.RawData);
            problem = roles.SelectMany(role => CertificateRules.LeafProblems(asPeersReadIt, role, now)).FirstOrDefault();
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new IdentityException($"{source}: the certificate is damaged ({e.Message}); have it issued again", e);
        }

        if (problem is not null)
            throw new IdentityException($"{source}: {problem.Explanation}; peers would refuse it, {Fix(problem.Refusal)}");
    }

    private static string Fix(IdentityRefusal refusal) => refusal switch
    {
        IdentityRefusal.Expired => "have it renewed",
        IdentityRefusal.NotYetValid => "set the clock or wait",
        IdentityRefusal.LeafIsAuthority => "let the authority issue one for this node",
        _ => "have it issued again (feberelay certs issue makes a right one)",
    };

    private static NodeSignatureScheme SchemeOf(X509Certificate2 leaf, string source) =>
        CertificateStrength.KeyKind(leaf.PublicKey) switch
        {
            "P-256" => NodeSignatureScheme.EcdsaP256Sha256,
            "P-384" => NodeSignatureScheme.EcdsaP384Sha384,
            "P-521" => throw new IdentityException($"{source}: main mode has no signature on P-521; use a key on P-256 or P-384"),
            _ => NodeSignatureScheme.RsaPssSha256,
        };

    private static void RequireSize(IReadOnlyList<byte[]> chain, string source)
    {
        var bytes = chain.Sum(der => der.Length);
        if (chain.Count > IdentityLimits.ChainCertificates || bytes > IdentityLimits.ChainBytes)
        {
            throw new IdentityException(
                $"{source}: a chain of {chain.Count} certificates and {bytes} bytes; peers take at most {IdentityLimits.ChainCertificates} "
                + $"and {IdentityLimits.ChainBytes}, have it issued by an authority closer to the root");
        }
    }
}
