using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>An ML-KEM with one fault.</summary>
internal sealed class BrokenMlKem(IMlKem768 good, BrokenMlKem.Fault fault) : IMlKem768
{
    public enum Fault
    {
        OtherKey, OtherSecret, IgnoresCiphertext, OtherCiphertext, TakesAnyKey, Throws,
    }

    public IMlKem768Key CreateKey(ReadOnlySpan<byte> seed)
    {
        byte[] used = seed.ToArray();
        used[0] ^= fault == Fault.OtherKey ? (byte)1 : (byte)0;
        return fault == Fault.Throws ? throw new CryptographicException("no provider") : new Key(good.CreateKey(used), fault);
    }

    public void Encapsulate(ReadOnlySpan<byte> encapsulationKey, IEntropy entropy, Span<byte> ciphertext, Span<byte> secret)
    {
        try
        {
            good.Encapsulate(encapsulationKey, entropy, ciphertext, secret);
            ciphertext[0] ^= fault == Fault.OtherCiphertext ? (byte)1 : (byte)0;
        }
        catch (ProtocolException) when (fault == Fault.TakesAnyKey)
        {
        }
    }

    private sealed class Key(IMlKem768Key good, Fault fault) : IMlKem768Key
    {
        private byte[]? _first;

        public void ExportEncapsulationKey(Span<byte> destination) => good.ExportEncapsulationKey(destination);

        public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
        {
            good.Decapsulate(ciphertext, secret);
            secret[0] ^= fault == Fault.OtherSecret ? (byte)1 : (byte)0;
            _first ??= secret.ToArray();
            if (fault == Fault.IgnoresCiphertext)
            {
                _first.CopyTo(secret);
            }
        }

        public void Dispose() => good.Dispose();
    }
}
