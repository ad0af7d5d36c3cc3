using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;

namespace FeBeRelay.Channel.Cryptography;

/// <summary>
/// BouncyCastle's ML-KEM-768, for platforms that have none. About ten times as slow as OpenSSL's, and what it works with is in memory that the garbage
/// collector moves and nobody zeroes.
/// </summary>
internal sealed class BouncyCastleMlKem768 : IMlKem768
{
    /// <inheritdoc/>
    public IMlKem768Key CreateKey(ReadOnlySpan<byte> seed)
    {
        byte[] copy = seed.ToArray();
        try
        {
            return new Key(MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_768, copy));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <inheritdoc/>
    public void Encapsulate(ReadOnlySpan<byte> encapsulationKey, IEntropy entropy, Span<byte> ciphertext, Span<byte> secret)
    {
        MLKemPublicKeyParameters peer;
        try
        {
            peer = MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, encapsulationKey.ToArray());
        }
        catch (ArgumentException)
        {
            throw new ProtocolException(ProtocolError.BadShare, "share has no encapsulation key of ML-KEM-768");
        }
        var encapsulator = new MLKemEncapsulator(MLKemParameters.ml_kem_768);
        encapsulator.Init(new ParametersWithRandom(peer, new SecureRandom(new Randomness(entropy), 0)));
        encapsulator.Encapsulate(ciphertext, secret);
    }

    private sealed class Key(MLKemPrivateKeyParameters key) : IMlKem768Key
    {
        public void ExportEncapsulationKey(Span<byte> destination) => key.GetPublicKeyEncoded().CopyTo(destination);

        public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
        {
            var decapsulator = new MLKemDecapsulator(MLKemParameters.ml_kem_768);
            decapsulator.Init(key);
            decapsulator.Decapsulate(ciphertext, secret);
        }

        public void Dispose()
        {
            // BouncyCastle's keys cannot be zeroed.
        }
    }

    private sealed class Randomness(IEntropy entropy) : IRandomGenerator
    {
        public void AddSeedMaterial(byte[] seed)
        {
        }

        public void AddSeedMaterial(ReadOnlySpan<byte> seed)
        {
        }

        public void AddSeedMaterial(long seed)
        {
        }

        public void NextBytes(byte[] bytes) => entropy.Fill(bytes);

        public void NextBytes(byte[] bytes, int start, int len) => entropy.Fill(bytes.AsSpan(start, len));

        public void NextBytes(Span<byte> bytes) => entropy.Fill(bytes);
    }
}
