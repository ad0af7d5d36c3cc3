using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>What would be random in a vector, derived from its name: whoever makes the file again gets the same one.</summary>
internal sealed class DerivedBytes(string vector)
{
    private int _drawn;

    /// <summary>The next bytes.</summary>
    public byte[] Next(int size) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, "FeBeRelay test vector"u8.ToArray(), size, info: Encoding.UTF8.GetBytes($"{vector}, {_drawn++}"));

    /// <summary>The same in hexadecimal.</summary>
    public string Hex(int size) => Convert.ToHexStringLower(Next(size));
}
