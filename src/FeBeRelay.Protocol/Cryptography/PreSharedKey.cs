using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>
/// A secret that the nodes of a group share (clause 2.11). The key itself goes into one derivation only; what is kept is its outcome. Thread-safe
/// until it is disposed of.
/// </summary>
public sealed class PreSharedKey : IDisposable
{
    /// <summary>Bytes of a key, at least.</summary>
    public const int MinSize = 32;

    /// <summary>Bytes of a key, at most.</summary>
    public const int MaxSize = 64;

    // Whatever the suite: a secret is used with one hash.
    private static readonly Suite Sha256 = Suite.Aes128Gcm;
    private readonly Secret _root;
    private readonly byte[] _name;

    /// <param name="name">Its name, the same on all nodes: <see cref="AuthenticationMethod.IsKeyName"/>.</param>
    /// <param name="key">32 to 64 random bytes; the caller zeroes its own copy.</param>
    /// <exception cref="ArgumentException">It is not of that form.</exception>
    public PreSharedKey(string name, ReadOnlySpan<byte> key)
    {
        if (!AuthenticationMethod.IsKeyName(name) || key.Length is < MinSize or > MaxSize)
        {
            throw new ArgumentException($"a pre-shared key has a name of a-z 0-9 . - and {MinSize} to {MaxSize} bytes");
        }
        Name = name;
        _name = Encoding.ASCII.GetBytes(name);
        using Secret extracted = LabelledHkdf.Extract(Sha256, "fbr psk"u8, key);
        _root = LabelledHkdf.Expand(Sha256, extracted, "psk root", _name);
        using Secret check = LabelledHkdf.Expand(Sha256, _root, "psk check", []);
        Fingerprint = Convert.ToHexStringLower(check.Span);
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Tells keys apart and says nothing of the secret: 32 derived bytes, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>The gate of an initiator hello whose gates are all zero: an HMAC, 32 bytes.</summary>
    internal byte[] Gate(ReadOnlySpan<byte> hello)
    {
        using Secret key = LabelledHkdf.Expand(Sha256, _root, "psk gate", []);
        return LabelledHkdf.Mac(Sha256, key, SHA256.HashData(hello));
    }

    /// <summary><c>PK</c> of a suite: as long as its hash.</summary>
    internal Secret For(Suite suite) =>
        LabelledHkdf.Expand(Sha256, _root, "psk key", [(byte)(suite.Id >> 8), (byte)suite.Id], suite.HashSize);

    /// <summary>Zeroes it.</summary>
    public void Dispose() => _root.Dispose();

    /// <inheritdoc/>
    public override string ToString() => AuthenticationMethod.KeyPrefix + Name;
}
