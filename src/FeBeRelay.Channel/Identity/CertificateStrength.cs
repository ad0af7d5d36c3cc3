using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>Which keys and signatures are strong enough. The chain engine accepts SHA-1 and short RSA keys on its own.</summary>
internal static class CertificateStrength
{
    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const string EllipticCurveKey = "1.2.840.10045.2.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string MaskGeneration1 = "1.2.840.113549.1.1.8";

    private static readonly HashSet<string> StrongHashes =
        ["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

    private static readonly HashSet<string> StrongSignatures =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
    ];

    private static readonly Dictionary<string, string> Curves = new()
    {
        ["1.2.840.10045.3.1.7"] = "P-256",
        ["1.3.132.0.34"] = "P-384",
        ["1.3.132.0.35"] = "P-521",
    };

    public static CertificateProblem? CheckSignature(X509Certificate2 certificate)
    {
        var (oid, parameters) = CertificateDer.SignatureAlgorithm(certificate);
        if (StrongSignatures.Contains(oid) || (oid == RsaPss && parameters is { } pss && IsStrongPss(pss)))
            return null;
        var name = certificate.SignatureAlgorithm.FriendlyName ?? oid;
        return new(
            IdentityRefusal.WeakSignature,
            $"the certificate of {CertificateNames.Display(certificate)} is signed with {name}; SHA-256 or better is required");
    }

    public static CertificateProblem? CheckKey(X509Certificate2 certificate) =>
        KeyKind(certificate.PublicKey) is not null
            ? null
            : new(
                IdentityRefusal.WeakKey,
                $"the key in the certificate of {CertificateNames.Display(certificate)} is neither RSA of {IdentityLimits.SmallestRsaBits} to "
                + $"{IdentityLimits.LargestRsaBits} bits nor on a named curve P-256, P-384 or P-521");

    /// <summary>"P-256", "RSA-2048" and so on; null for a key that is not strong enough or of another kind.</summary>
    public static string? KeyKind(PublicKey key) => key.Oid.Value switch
    {
        RsaKey => RsaKind(key),
        EllipticCurveKey => CurveOf(key),
        _ => null,
    };

    private static string? RsaKind(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey();
        if (rsa is null || rsa.KeySize is < IdentityLimits.SmallestRsaBits or > IdentityLimits.LargestRsaBits)
            return null;
        // A public exponent as long as the modulus makes one verification as dear as a hundred.
        return rsa.ExportParameters(false).Exponent is { Length: <= 4 } ? $"RSA-{rsa.KeySize}" : null;
    }

    /// <summary>Only curves by name: explicit parameters let a forger choose the generator.</summary>
    private static string? CurveOf(PublicKey key)
    {
        if (key.EncodedParameters is not { } parameters)
            return null;
        var reader = new AsnReader(parameters.RawData, AsnEncodingRules.DER);
        return reader.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier)
            ? Curves.GetValueOrDefault(reader.ReadObjectIdentifier())
            : null;
    }

    /// <summary>RSASSA-PSS-params: hash [0] and mask generation [1] both mean SHA-1 where they are absent.</summary>
    private static bool IsStrongPss(ReadOnlyMemory<byte> parameters)
    {
        var fields = new AsnReader(parameters, AsnEncodingRules.DER).ReadSequence();
        var hashTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var maskTag = new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true);
        if (!fields.HasData || fields.PeekTag() != hashTag || !IsStrongHash(fields.ReadSequence(hashTag)))
            return false;
        if (!fields.HasData || fields.PeekTag() != maskTag)
            return false;
        var mask = fields.ReadSequence(maskTag).ReadSequence();
        return mask.ReadObjectIdentifier() == MaskGeneration1 && IsStrongHash(mask);
    }

    private static bool IsStrongHash(AsnReader fields) => StrongHashes.Contains(fields.ReadSequence().ReadObjectIdentifier());
}
