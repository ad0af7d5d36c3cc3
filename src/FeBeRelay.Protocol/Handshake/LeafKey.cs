using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The public key of a leaf certificate, as it verifies. Thread-safe.</summary>
internal sealed class LeafKey : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SignatureScheme? _scheme;
    private readonly AsymmetricAlgorithm? _key;

    private LeafKey(X509Certificate2 leaf)
    {
        _scheme = LeafSignature.SchemeOf(leaf);
        _key = _scheme switch
        {
            null => null,
            SignatureScheme.RsaPssSha256 => leaf.GetRSAPublicKey(),
            _ => leaf.GetECDsaPublicKey(),
        };
    }

    /// <exception cref="ProtocolException">It is no certificate in DER, or its key does not parse.</exception>
    public static LeafKey Read(ReadOnlySpan<byte> leafDer)
    {
        using X509Certificate2 leaf = Load(leafDer);
        try
        {
            return new LeafKey(leaf);
        }
        catch (CryptographicException)
        {
            throw Unusable();
        }
    }

    /// <summary>Returns if the signature is right.</summary>
    /// <exception cref="ProtocolException">The key does not fit the algorithm, or the signature is wrong.</exception>
    public void Verify(SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (_scheme != scheme)
        {
            throw new ProtocolException(ProtocolError.BadSignature, $"the leaf's key is not one that {scheme} may use");
        }
        try
        {
            if (!IsRight(scheme, content, signature))
            {
                throw new ProtocolException(ProtocolError.BadSignature, "the leaf's signature is wrong");
            }
        }
        catch (CryptographicException)
        {
            throw Unusable();
        }
    }

    public void Dispose() => _key?.Dispose();

    private static ProtocolException Unusable() => new(ProtocolError.BadSignature, "the leaf's key is not usable");

    private static X509Certificate2 Load(ReadOnlySpan<byte> der)
    {
        try
        {
            X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(der);
            // The loader takes other encodings too; what it read must be what was signed over.
            if (leaf.RawDataMemory.Span.SequenceEqual(der))
            {
                return leaf;
            }
            leaf.Dispose();
        }
        catch (CryptographicException)
        {
            // Reported below, the same as another encoding.
        }
        throw new ProtocolException(ProtocolError.BadMessage, "the leaf is not a certificate in DER");
    }

    private bool IsRight(SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (!scheme.AllowsLength(signature.Length))
        {
            return false;
        }
        // Platform keys are not promised to be safe for use from several threads.
        lock (_lock)
        {
            return _key switch
            {
                RSA rsa => rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                ECDsa curve => curve.VerifyData(
                    content,
                    signature,
                    scheme == SignatureScheme.EcdsaP256Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => false,
            };
        }
    }
}
