using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>The certificates that a node must refuse, each wrong in one way (docs/protocol.md 7.2).</summary>
public static class BadCertificates
{
    public static TestLeaf Expired(this TestLeaf leaf, DateTimeOffset now) => leaf with { NotBefore = now.AddDays(-30), NotAfter = now.AddMinutes(-1) };

    public static TestLeaf NotYetValid(this TestLeaf leaf, DateTimeOffset now) => leaf with { NotBefore = now.AddMinutes(1), NotAfter = now.AddDays(30) };

    public static TestLeaf WithPurposes(this TestLeaf leaf, params string[] purposes) => leaf with { Purposes = purposes };

    public static TestLeaf WithoutExtendedKeyUsage(this TestLeaf leaf) => leaf with { Purposes = null };

    public static TestLeaf CommonNameOnly(this TestLeaf leaf) => leaf with { DnsNames = [] };

    public static TestLeaf SignedWithSha1(this TestLeaf leaf) => leaf with { Hash = HashAlgorithmName.SHA1 };

    public static TestLeaf WithRsaKey(this TestLeaf leaf, int bits) => leaf with { CreateKey = () => RSA.Create(bits) };

    public static TestLeaf WithCurve(this TestLeaf leaf, ECCurve curve) => leaf with { CreateKey = () => ECDsa.Create(curve) };

    /// <summary>Addresses in the certificate that an unguarded chain engine connects to: the issuer's certificate and a revocation list.</summary>
    public static TestLeaf WithFetchAddresses(this TestLeaf leaf, Uri address) => leaf with
    {
        MoreExtensions =
        [
            new X509AuthorityInformationAccessExtension([$"{address}ocsp"], [$"{address}issuer.cer"], critical: false),
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{address}list.crl"]),
        ],
    };

    /// <summary>An extension that nobody knows, of a given size.</summary>
    public static TestLeaf WithUnknownExtension(this TestLeaf leaf, int bytes, bool critical = false) => leaf with
    {
        MoreExtensions = [new X509Extension("1.3.6.1.4.1.55555.1", new byte[bytes], critical)],
    };
}
