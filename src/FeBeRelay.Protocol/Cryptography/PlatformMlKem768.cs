using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>The platform's ML-KEM-768: OpenSSL 3.5 or newer, or Windows. To be used only where <see cref="MLKem.IsSupported"/>.</summary>
public sealed class PlatformMlKem768 : IMlKem768
{
    /// <inheritdoc/>
    public IMlKem768Key CreateKey(ReadOnlySpan<byte> seed) => new Key(MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seed));

    /// <inheritdoc/>
    public void Encapsulate(ReadOnlySpan<byte> encapsulationKey, IEntropy entropy, Span<byte> ciphertext, Span<byte> secret)
    {
        try
        {
            using MLKem peer = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, encapsulationKey);
            peer.Encapsulate(ciphertext, secret);
        }
        catch (CryptographicException)
        {
            throw new ProtocolException(ProtocolError.BadShare, "share has no encapsulation key of ML-KEM-768");
        }
    }

    private sealed class Key(MLKem key) : IMlKem768Key
    {
        public void ExportEncapsulationKey(Span<byte> destination) => key.ExportEncapsulationKey(destination);

        public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => key.Decapsulate(ciphertext, secret);

        public void Dispose() => key.Dispose();
    }
}
