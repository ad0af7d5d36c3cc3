using System.Runtime.InteropServices;

namespace FeBeRelay.Testing.Secrets;

/// <summary>The first 16 bytes of a secret, masked: neither the secret nor a part of it is in this value's memory.</summary>
/// <param name="First">Bytes 0 to 7 under the mask.</param>
/// <param name="Second">Bytes 8 to 15 under the mask.</param>
public readonly record struct MaskedSecret(ulong First, ulong Second)
{
    /// <summary>What is laid over each eight bytes.</summary>
    public const ulong Mask = 0x5AC3_96F0_1E87_B42D;

    public static MaskedSecret Of(ReadOnlySpan<byte> secret)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(secret[..16]);
        return new MaskedSecret(words[0] ^ Mask, words[1] ^ Mask);
    }

    /// <summary>The bytes, for who looks for them in text; they are in memory then.</summary>
    public byte[] Reveal()
    {
        var bytes = new byte[16];
        MemoryMarshal.Write(bytes, First ^ Mask);
        MemoryMarshal.Write(bytes.AsSpan(8), Second ^ Mask);
        return bytes;
    }
}
