using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>Verifies a signature with the key of a leaf certificate (clauses 2.2 and 2.5). Who the leaf speaks for is not asked here.</summary>
public static class LeafSignature
{
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const int MinRsaBits = 2_048;
    private const int MaxRsaBits = 8_192;

    /// <summary>The one algorithm that the leaf's key may sign with, or null for a key of another kind, curve or size.</summary>
    /// <exception cref="CryptographicException">The key does not parse.</exception>
    public static SignatureScheme? SchemeOf(X509Certificate2 leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        switch (leaf.GetKeyAlgorithm())
        {
            // The parameters as encoded: a curve written out instead of named is refused, whatever its numbers are.
            case EcPublicKey when leaf.GetKeyAlgorithmParameters().AsSpan().SequenceEqual(NamedP256):
                return SignatureScheme.EcdsaP256Sha256;
            case EcPublicKey when leaf.GetKeyAlgorithmParameters().AsSpan().SequenceEqual(NamedP384):
                return SignatureScheme.EcdsaP384Sha384;
            case RsaEncryption:
                using (RSA? key = leaf.GetRSAPublicKey())
                {
                    return key?.KeySize is >= MinRsaBits and <= MaxRsaBits ? SignatureScheme.RsaPssSha256 : null;
                }
            default:
                return null;
        }
    }

    /// <summary>Returns if the signature is right.</summary>
    /// <param name="leafDer">The leaf certificate.</param>
    /// <param name="scheme">The algorithm that the signer named.</param>
    /// <param name="content">The bytes that were signed.</param>
    /// <param name="signature">The signature in the form of clause 2.2.</param>
    /// <exception cref="ProtocolException">The leaf does not parse, its key does not fit the algorithm, or the signature is wrong.</exception>
    public static void Verify(ReadOnlySpan<byte> leafDer, SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using LeafKey key = LeafKey.Read(leafDer);
        key.Verify(scheme, content, signature);
    }

    // 06 08 = object identifier of 8 bytes, 1.2.840.10045.3.1.7
    private static ReadOnlySpan<byte> NamedP256 => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    // 1.3.132.0.34
    private static ReadOnlySpan<byte> NamedP384 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];
}
