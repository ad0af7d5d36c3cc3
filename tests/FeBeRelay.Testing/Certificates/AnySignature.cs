using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>Signs certificates with whatever is asked, SHA-1 included, which the platform's own generators refuse.</summary>
internal sealed class AnySignature(AsymmetricAlgorithm key, RSASignaturePadding padding) : X509SignatureGenerator
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        if (hashAlgorithm != HashAlgorithmName.SHA1)
        {
            var usual = key is RSA rsa ? CreateForRSA(rsa, padding) : CreateForECDsa((ECDsa)key);
            return usual.GetSignatureAlgorithmIdentifier(hashAlgorithm);
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(key is ECDsa ? "1.2.840.10045.4.1" : padding == RSASignaturePadding.Pss ? RsaPss : "1.2.840.113549.1.1.5");
            if (key is RSA && padding == RSASignaturePadding.Pss)
                writer.PushSequence().Dispose(); // no parameters: everything has its default, and the default hash is SHA-1
            else if (key is RSA)
                writer.WriteNull();
        }

        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key is RSA rsa
        ? rsa.SignData(data, hashAlgorithm, padding)
        : ((ECDsa)key).SignData(data, hashAlgorithm, DSASignatureFormat.Rfc3279DerSequence);

    protected override PublicKey BuildPublicKey() => new(key);
}
