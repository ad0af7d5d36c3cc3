using System.Numerics;
using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>RSA-PSS (RFC 8017, 9.1.1) with SHA-256 and a salt of any size; the platform makes salts of 32 bytes only. For 2,048-bit keys.</summary>
internal static class PssWithSalt
{
    private const int EncodedSize = 256;
    private const int HashSize = 32;

    public static byte[] Sign(RSAParameters key, byte[] content, int saltSize)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(saltSize);
        byte[] hash = SHA256.HashData([.. new byte[8], .. SHA256.HashData(content), .. salt]);
        byte[] block = [.. new byte[EncodedSize - saltSize - HashSize - 2], 0x01, .. salt];
        byte[] mask = Mask(hash, block.Length);
        for (int i = 0; i < block.Length; i++)
        {
            block[i] ^= mask[i];
        }
        block[0] &= 0x7F;
        byte[] encoded = [.. block, .. hash, 0xBC];
        BigInteger signature = BigInteger.ModPow(Number(encoded), Number(key.D!), Number(key.Modulus!));
        byte[] bytes = signature.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[EncodedSize - bytes.Length], .. bytes];
    }

    // MGF1
    private static byte[] Mask(byte[] seed, int size) =>
        [.. Enumerable.Range(0, size / HashSize + 1).SelectMany(i => SHA256.HashData([.. seed, 0, 0, 0, (byte)i])).Take(size)];

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
