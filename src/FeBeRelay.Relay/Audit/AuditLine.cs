using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// The form of a line: a JSON object whose last member is <c>hash</c>, the SHA-256 (64 hexadecimal digits) of the previous line's 32 bytes of hash
/// and of this line's bytes up to the comma before <c>"hash"</c>.
/// </summary>
internal static class AuditLine
{
    private const int HexLength = SHA256.HashSizeInBytes * 2;

    /// <summary>What the first line of a log follows.</summary>
    public static readonly byte[] Beginning = new byte[SHA256.HashSizeInBytes];

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    private static ReadOnlySpan<byte> Mark => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>The line of an event, without its line break.</summary>
    /// <param name="json">The event as a JSON object without <c>hash</c>.</param>
    /// <param name="head">In: the hash of the line before. Out: this line's.</param>
    public static byte[] Seal(ReadOnlySpan<byte> json, ref byte[] head)
    {
        ReadOnlySpan<byte> body = json[..^1];
        head = Hash(head, body);
        return [.. body, .. Mark, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(head)), .. End];
    }

    /// <summary>The part of a line that its hash covers and the hash that it claims; false when it has not the form.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> body, out byte[] claimed)
    {
        int tail = Mark.Length + HexLength + End.Length;
        body = default;
        claimed = [];
        if (line.Length <= tail || line[0] != '{' || !line[^tail..].StartsWith(Mark) || !line.EndsWith(End))
        {
            return false;
        }
        ReadOnlySpan<byte> hex = line[^(HexLength + End.Length)..^End.Length];
        if (hex.ContainsAnyExcept(HexDigits))
        {
            return false;
        }
        body = line[..^tail];
        claimed = Convert.FromHexString(Encoding.ASCII.GetString(hex));
        return true;
    }

    /// <summary>The hash of a line.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
