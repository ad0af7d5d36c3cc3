using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>
/// Main mode's key schedule (clause 2.6), written a second time from the page and with the platform's primitives only: vectors made
/// by one and checked by the other say that both read the page alike.
/// </summary>
public sealed class ReferenceSchedule
{
    private readonly Suite _suite;

    public ReferenceSchedule(Suite suite, byte[] shared, byte[] r1, byte[] r2)
    {
        _suite = suite;
        Extracted = HKDF.Extract(suite.Hash, shared, new byte[suite.HashSize]);
        MainMode = Expand(Extracted, "main mode", Hash(r1, r2));
    }

    /// <summary><c>DHS</c>.</summary>
    public byte[] Extracted { get; }

    /// <summary><c>MM</c>.</summary>
    public byte[] MainMode { get; }

    /// <summary><c>AS.x</c>.</summary>
    public byte[] AuthenticationKey(Role role) => Expand(MainMode, role == Role.Initiator ? "auth key i" : "auth key r", []);

    /// <summary><c>MK.x</c>.</summary>
    public byte[] AuthenticationMac(Role role) => Expand(MainMode, role == Role.Initiator ? "auth mac i" : "auth mac r", []);

    /// <summary><c>MS</c>, of <c>MM</c> or, by a pre-shared key, of <c>PS</c>.</summary>
    public byte[] Association(byte[] secret, params byte[][] records) => Expand(secret, "association", Hash(records));

    /// <summary><c>AK</c>.</summary>
    public byte[] Accept(byte[] association) => Expand(association, "accept", []);

    /// <summary><c>K0</c> of a pre-shared key (clause 2.11).</summary>
    public static byte[] KeyRoot(string name, byte[] key) =>
        Expand(HashAlgorithmName.SHA256, HKDF.Extract(HashAlgorithmName.SHA256, key, "fbr psk"u8.ToArray()), "psk root", Encoding.ASCII.GetBytes(name), 32);

    /// <summary>The gate of that key in a hello whose gates are all zero.</summary>
    public static byte[] Gate(byte[] root, byte[] bare) => HMACSHA256.HashData(GateKey(root), SHA256.HashData(bare));

    /// <summary>What gates are made with.</summary>
    public static byte[] GateKey(byte[] root) => Expand(HashAlgorithmName.SHA256, root, "psk gate", [], 32);

    /// <summary><c>PK</c> of the suite.</summary>
    public byte[] Suited(byte[] root) => Expand(HashAlgorithmName.SHA256, root, "psk key", [(byte)(_suite.Id >> 8), (byte)_suite.Id], _suite.HashSize);

    /// <summary><c>PS</c> (clause 2.12).</summary>
    public byte[] Keyed(byte[] root) => HKDF.Extract(_suite.Hash, MainMode, Suited(root));

    /// <summary>The key of a holder's proof.</summary>
    public byte[] ProofKey(byte[] keyed, Role role) => Expand(keyed, role == Role.Initiator ? "psk proof i" : "psk proof r", []);

    /// <summary>The secret of R5 or R6 (clause 2.13).</summary>
    public byte[] ProofKey(Role role) => Expand(MainMode, role == Role.Initiator ? "proof key i" : "proof key r", []);

    public byte[] Hash(params byte[][] parts)
    {
        byte[] all = [.. parts.SelectMany(p => p)];
        return _suite.HashSize == 48 ? SHA384.HashData(all) : SHA256.HashData(all);
    }

    public byte[] Mac(byte[] key, byte[] digest) =>
        _suite.HashSize == 48 ? HMACSHA384.HashData(key, digest) : HMACSHA256.HashData(key, digest);

    public byte[] Key(byte[] secret) => Expand(secret, "key", [], _suite.KeySize);

    public byte[] Iv(byte[] secret) => Expand(secret, "iv", [], 12);

    /// <summary>A whole record; the header may be one that the product would not write.</summary>
    public byte[] Seal(byte[] secret, RecordType type, byte[] plaintext)
    {
        int length = plaintext.Length + 16;
        byte[] header = [(byte)type, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        var ciphertext = new byte[plaintext.Length];
        var tag = new byte[16];
        using var cipher = new AesGcm(Key(secret), 16);
        cipher.Encrypt(Iv(secret), plaintext, ciphertext, tag, header);
        return [.. header, .. ciphertext, .. tag];
    }

    public byte[] Open(byte[] secret, byte[] record)
    {
        var plaintext = new byte[record.Length - 5 - 16];
        using var cipher = new AesGcm(Key(secret), 16);
        cipher.Decrypt(Iv(secret), record.AsSpan(5, plaintext.Length), record.AsSpan(record.Length - 16), plaintext, record.AsSpan(0, 5));
        return plaintext;
    }

    private byte[] Expand(byte[] secret, string label, byte[] context) => Expand(secret, label, context, _suite.HashSize);

    private byte[] Expand(byte[] secret, string label, byte[] context, int size) => Expand(_suite.Hash, secret, label, context, size);

    private static byte[] Expand(HashAlgorithmName hash, byte[] secret, string label, byte[] context, int size)
    {
        byte[] name = Encoding.ASCII.GetBytes("fbr " + label);
        byte[] info = [(byte)(size >> 8), (byte)size, (byte)name.Length, .. name, (byte)context.Length, .. context];
        return HKDF.Expand(hash, secret, size, info);
    }
}
