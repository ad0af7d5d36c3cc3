using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>Signatures of authorities under what they publish: ECDSA or RSA (PKCS #1), with SHA-256 or better.</summary>
internal static class AuthoritySignature
{
    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new()
    {
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    };

    public static bool IsKnown(string algorithm) => Algorithms.ContainsKey(algorithm);

    /// <param name="signer">Whose key.</param>
    /// <param name="algorithm">An OID that <see cref="IsKnown"/>.</param>
    /// <param name="signed">What is signed.</param>
    /// <param name="signature">The signature; ECDSA's in DER.</param>
    public static bool IsBy(X509Certificate2 signer, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        HashAlgorithmName hash = Algorithms[algorithm];
        if (algorithm.StartsWith("1.2.840.10045.", StringComparison.Ordinal))
        {
            using ECDsa? curve = signer.GetECDsaPublicKey();
            return curve is not null && curve.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        using RSA? rsa = signer.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1);
    }
}
