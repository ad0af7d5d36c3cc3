using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The node's own certificates, and a way to sign with the leaf's key wherever that is kept.</summary>
public sealed class LocalIdentity
{
    private const int MostKnownLeaves = 1_024;

    private readonly Func<byte[], byte[]> _sign;

    /// <summary>Makes the identity.</summary>
    /// <param name="chain">Certificates in DER, leaf first, without the root; 1 to 5, 16,384 bytes at most.</param>
    /// <param name="scheme">The algorithm of the leaf's key.</param>
    /// <param name="sign">Signs the bytes given (not a hash of them) and returns the form of clause 2.2. May be called from several threads.</param>
    public LocalIdentity(IReadOnlyList<byte[]> chain, SignatureScheme scheme, Func<byte[], byte[]> sign)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(sign);
        if (chain.Count is < 1 or > Limits.MaxCertificates || chain.Sum(c => c.Length) > Limits.MaxCertificateBytes)
        {
            throw new ArgumentException(
                $"a chain has 1 to {Limits.MaxCertificates} certificates and {Limits.MaxCertificateBytes} bytes at most; leave the root out", nameof(chain));
        }
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(chain[0]);
        if (LeafSignature.SchemeOf(leaf) != scheme)
        {
            throw new ArgumentException($"the leaf's key cannot sign with {scheme}; it takes EC P-256, EC P-384 or RSA of 2,048 to 8,192 bits", nameof(scheme));
        }
        Chain = chain;
        Scheme = scheme;
        _sign = sign;
    }

    /// <summary>Certificates in DER, leaf first.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>The algorithm of the leaf's key.</summary>
    public SignatureScheme Scheme { get; }

    /// <summary>Leaves of the peers that were accepted while this was the node's identity.</summary>
    internal KnownLeaves KnownLeaves { get; } = new(MostKnownLeaves);

    internal byte[] Sign(byte[] signed)
    {
        byte[] signature = _sign(signed);
        return Scheme.AllowsLength(signature.Length)
            ? signature
            : throw new InvalidOperationException($"the signer of this node returned {signature.Length} bytes, which is not the form of {Scheme}");
    }
}
