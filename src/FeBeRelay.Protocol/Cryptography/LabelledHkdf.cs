using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>HKDF (RFC 5869) with labels, in TLS 1.3's manner with an own prefix (clause 2.6).</summary>
internal static class LabelledHkdf
{
    private const string Prefix = "fbr ";

    /// <summary><c>Extract(salt, input)</c>.</summary>
    public static Secret Extract(Suite suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input)
    {
        var secret = new Secret(suite.HashSize);
        HKDF.Extract(suite.Hash, input, salt, secret.Span);
        return secret;
    }

    /// <summary><c>Expand(secret, label, context, L)</c>.</summary>
    public static Secret Expand(Suite suite, Secret secret, string label, ReadOnlySpan<byte> context) =>
        Expand(suite, secret, label, context, suite.HashSize);

    /// <summary><c>Expand(secret, label, context, size)</c>.</summary>
    public static Secret Expand(Suite suite, Secret secret, string label, ReadOnlySpan<byte> context, int size)
    {
        var result = new Secret(size);
        Expand(suite, secret, label, context, result.Span);
        return result;
    }

    /// <summary>The same into memory of the caller; its length is the size asked for.</summary>
    public static void Expand(Suite suite, Secret secret, string label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        // u16 size || u8 length || "fbr " label || u8 length || context
        Span<byte> info = stackalloc byte[2 + 1 + Prefix.Length + label.Length + 1 + context.Length];
        info[0] = (byte)(output.Length >> 8);
        info[1] = (byte)output.Length;
        info[2] = checked((byte)(Prefix.Length + label.Length));
        int at = 3 + Encoding.ASCII.GetBytes(Prefix, info[3..]);
        at += Encoding.ASCII.GetBytes(label, info[at..]);
        info[at++] = checked((byte)context.Length);
        context.CopyTo(info[at..]);
        Expand(suite, secret, info, output);
    }

    /// <summary>HKDF-Expand itself, with any info.</summary>
    public static void Expand(Suite suite, Secret secret, ReadOnlySpan<byte> info, Span<byte> output) =>
        HKDF.Expand(suite.Hash, secret.Span, output, info);

    /// <summary>HMAC of a digest under a secret: the MACs and binders of clauses 2.4 and 3.3.</summary>
    public static byte[] Mac(Suite suite, Secret key, ReadOnlySpan<byte> digest) =>
        suite.HashSize == 48 ? HMACSHA384.HashData(key.Span, digest) : HMACSHA256.HashData(key.Span, digest);

    /// <summary>Whether a received MAC is the one expected, in constant time.</summary>
    public static bool MacIsRight(Suite suite, Secret key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> received) =>
        CryptographicOperations.FixedTimeEquals(Mac(suite, key, digest), received);
}
