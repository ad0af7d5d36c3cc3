using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Certificates;

namespace FeBeRelay.Testing.Handshake;

/// <summary>A node's certificate with its key in memory, ready for main mode.</summary>
public sealed class TestIdentity
{
    private static readonly TestAuthority Authority = TestAuthority.Create();
    private static readonly ConcurrentDictionary<(Role Role, SignatureScheme Scheme), Lazy<TestIdentity>> Cache = new();
    private readonly Lock _lock = new();
    private readonly X509Certificate2 _certificate;

    private TestIdentity(string name, X509Certificate2 certificate, SignatureScheme scheme, params IEnumerable<byte[]> above)
    {
        Name = name;
        _certificate = certificate;
        Local = new LocalIdentity([certificate.RawData, .. above], scheme, Sign);
    }

    public string Name { get; }

    public LocalIdentity Local { get; }

    public byte[] Leaf => Local.Chain[0];

    /// <summary>What a verifier that knows this node would say.</summary>
    public VerifiedPeer Verified => VerifiedPeer.Of(Name, Local.Chain);

    /// <summary>The node of that role and kind of key; the same at every call, because RSA keys are slow to make.</summary>
    public static TestIdentity Of(Role role, SignatureScheme scheme = SignatureScheme.EcdsaP256Sha256) =>
        Cache.GetOrAdd((role, scheme), key => new Lazy<TestIdentity>(() => Create(NameOf(key.Role), key.Scheme))).Value;

    /// <summary>A node of its own.</summary>
    /// <param name="name">Its DNS name.</param>
    /// <param name="scheme">Says what kind of key it gets.</param>
    /// <param name="above">Certificates to send behind the leaf.</param>
    public static TestIdentity Create(string name, SignatureScheme scheme = SignatureScheme.EcdsaP256Sha256, params IEnumerable<byte[]> above) =>
        new(name, Authority.Issue(new TestLeaf(name) { CreateKey = () => KeyFor(scheme) }), scheme, above);

    /// <summary>A leaf with any key, which may be one that no node would load.</summary>
    public static byte[] LeafWith(Func<AsymmetricAlgorithm> createKey) =>
        Authority.ChainOf(new TestLeaf("odd.lab.test") { CreateKey = createKey })[0];

    /// <summary>Signs in the form of clause 2.2.</summary>
    public byte[] Sign(byte[] content)
    {
        lock (_lock)
        {
            using ECDsa? ec = _certificate.GetECDsaPrivateKey();
            using RSA? rsa = _certificate.GetRSAPrivateKey();
            HashAlgorithmName hash = Local.Scheme == SignatureScheme.EcdsaP384Sha384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
            return ec is not null
                ? ec.SignData(content, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                : rsa!.SignData(content, hash, RSASignaturePadding.Pss);
        }
    }

    /// <summary>The same node with a signer that gives the same signature when asked again: ECDSA and PSS do not by themselves.</summary>
    public LocalIdentity Repeating()
    {
        var given = new ConcurrentDictionary<string, byte[]>();
        return new LocalIdentity(Local.Chain, Local.Scheme, content => given.GetOrAdd(Convert.ToHexString(content), _ => Sign(content)));
    }

    /// <summary>The private key of a node with an RSA key.</summary>
    public RSAParameters ExportRsaKey()
    {
        using RSA rsa = _certificate.GetRSAPrivateKey()!;
        return rsa.ExportParameters(includePrivateParameters: true);
    }

    private static string NameOf(Role role) => role == Role.Initiator ? "fe1.lab.test" : "be1.lab.test";

    private static AsymmetricAlgorithm KeyFor(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaP256Sha256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        SignatureScheme.EcdsaP384Sha384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => RSA.Create(2_048),
    };
}
