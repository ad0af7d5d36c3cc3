using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>What a certificate to be made says. The defaults make a good one; each test spoils one thing.</summary>
public sealed record TestLeaf(string Name)
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    public const string AnyPurpose = "2.5.29.37.0";

    public IReadOnlyList<string> DnsNames { get; init; } = [Name];

    public IReadOnlyList<string> OrganizationalUnits { get; init; } = [];

    /// <summary>Null: no extended key usage at all.</summary>
    public IReadOnlyList<string>? Purposes { get; init; } = [ClientAuthentication, ServerAuthentication];

    /// <summary>Null: no key usage at all.</summary>
    public X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public bool IsAuthority { get; init; }

    public Func<AsymmetricAlgorithm> CreateKey { get; init; } = () => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public RSASignaturePadding Padding { get; init; } = RSASignaturePadding.Pkcs1;

    /// <summary>Null: from an hour before the authority's time.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null: until 30 days after the authority's time.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    public IReadOnlyList<X509Extension> MoreExtensions { get; init; } = [];
}
