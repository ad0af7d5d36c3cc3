using System.Globalization;
using System.Text.RegularExpressions;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>What became of one ambiguous request.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Sent">The client's bytes.</param>
/// <param name="Told">What the client got.</param>
/// <param name="Arrived">What the back end got, connection by connection.</param>
internal sealed partial record AmbiguousOutcome(string Name, string Sent, string Told, IReadOnlyList<string> Arrived)
{
    /// <summary>The client's bytes are what came, on one connection.</summary>
    public bool IsFaithful => Arrived is [var only] && only == Sent;

    /// <summary>Why it does harm; null where it was refused, or is one request by the letter of RFC 9112.</summary>
    public string? Harm => IsFaithful || Arrived.Count == 0 ? null : Arrived.Select(HarmOf).FirstOrDefault(h => h is not null);

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+ (?<target>[\x21-\x7E]+) HTTP/1\.[01]\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0A-\x1F\x7F]*\r\n)*\r\n")]
    private static partial Regex Head();

    [GeneratedRegex(@"^(Content[-_]Length|Transfer[-_]Encoding)[ \t]*:[ \t]*(.*?)[ \t]*\r$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Framing();

    [GeneratedRegex(@"\A(?:(?<size>[0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n)")]
    private static partial Regex ChunkSize();

    private static string? HarmOf(string bytes)
    {
        while (bytes.Length > 0)
        {
            Match head = Head().Match(bytes);
            if (!head.Success)
            {
                return $"what arrived is no request: {Demand.Show(bytes)}";
            }
            if (head.Groups["target"].Value.EndsWith("/hidden", StringComparison.Ordinal))
            {
                return "the hidden request arrived as one of its own";
            }
            List<(string Name, string Value)> framing = [.. Framing().Matches(head.Value).Select(m => (m.Groups[1].Value.ToUpperInvariant(), m.Groups[2].Value))];
            bytes = bytes[head.Length..];
            switch (framing)
            {
                case []:
                    break;
                case [("CONTENT-LENGTH", string length)] when int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count):
                    bytes = bytes[Math.Min(count, bytes.Length)..];
                    break;
                case [("TRANSFER-ENCODING", "chunked")] when BehindChunks(bytes) is { } rest:
                    bytes = rest;
                    break;
                default:
                    return $"it arrived with framing that can be read in two ways: {Demand.Show(head.Value)}";
            }
        }
        return null;
    }

    /// <summary>What is behind chunks and trailers; empty where they are not finished, null where they are none.</summary>
    private static string? BehindChunks(string bytes)
    {
        while (bytes.Length > 0)
        {
            Match size = ChunkSize().Match(bytes);
            if (!size.Success)
            {
                return null;
            }
            bytes = bytes[size.Length..];
            int count = int.Parse(size.Groups["size"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (count == 0)
            {
                int end = bytes.StartsWith("\r\n", StringComparison.Ordinal) ? 0 : bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
                return end < 2 && end != 0 ? null : bytes[(end + 2)..];
            }
            bytes = bytes[(int)Math.Min(count + 2L, bytes.Length)..];
        }
        return bytes;
    }
}
