using static FeBeRelay.Relay.Tests.Http.Smuggling.SmugglingVariant;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Tricks with the chunked coding.</summary>
internal static class ChunkFamilies
{
    private const string Chunked = $"{Post}Transfer-Encoding: chunked\r\n\r\n";

    public static IEnumerable<SmugglingVariant> All() => [.. OddSizes(), .. OddExtensions(), .. OddEnds(), .. OddTrailers(), .. Good()];

    private static IEnumerable<SmugglingVariant> OddSizes() =>
        ((string[])["+5", "-5", "0x5", "0X5", " 5", "\t5", "5 5", "5\t5", "g", "", "5g", "5,5", "5.0", "5_", "\"5\"", "5\0", "\u000b5", "ffffffffffffffff5", "10000000000000005", "fffffffb", "80000000", "-0"])
        .Select(s => new SmugglingVariant($"chunk size {Show(s)}", $"{Chunked}{s}\r\nhello\r\n0\r\n\r\n{Hidden}", IsUnfinished: true));

    /// <summary>Of the kind of CVE-2025-55315: one reader takes LF in an extension for the line's end.</summary>
    private static IEnumerable<SmugglingVariant> OddExtensions() =>
        from size in (string[])["5", "0"]
        from extension in (string[])["\n", ";\n", ";a\n", ";a=b\n", ";a=\"\n\"", ";\nxx", ";a\r", ";a\rb", ";\n\r\n0\r\n\r\n", "\r", ";a\n\r", ";\r;"]
        select new SmugglingVariant($"chunk {size} extension {Show(extension)}", $"{Chunked}{size}{extension}\r\nhello\r\n0\r\n\r\n{Hidden}", IsUnfinished: true);

    private static IEnumerable<SmugglingVariant> OddEnds() =>
        ((string[])["\n", "\r", "", "X\r\n", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n", "\0\r\n"])
        .Select(e => new SmugglingVariant($"chunk end {Show(e)}", $"{Chunked}5\r\nhello{e}0\r\n\r\n{Hidden}", IsUnfinished: true));

    private static IEnumerable<SmugglingVariant> OddTrailers() =>
        ((string[])["Content-Length: 34", "content-length: 0", "Transfer-Encoding: chunked", "TRANSFER-ENCODING: identity", "A : b", "A\t: b", " A: b", ": b", "no colon", "A: b\n",
            "A: b\rc", "A: b\0", "A\0: b", "(A): b", "A: b\r\n folded", "Content-Length: 1\r\nContent-Length: 2"])
        .Select(t => new SmugglingVariant($"trailer {Show(t)}", $"{Chunked}5\r\nhello\r\n0\r\n{t}\r\n\r\n{Hidden}", IsUnfinished: true));

    private static IEnumerable<SmugglingVariant> Good() =>
        ((string[])[$"{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n", $"{Hidden.Length:X4}\r\n{Hidden}\r\n0\r\n\r\n", $"{Hidden.Length:x};a=b\r\n{Hidden}\r\n0;c\r\n\r\n",
            $"4\r\n{Hidden[..4]}\r\n{Hidden.Length - 4:x}\r\n{Hidden[4..]}\r\n0\r\n\r\n", $"{Hidden.Length:x}\r\n{Hidden}\r\n0\r\nX-Trailer: GET /hidden HTTP/1.1\r\n\r\n",
            $"{Hidden.Length + 5:x}\r\n0\r\n\r\n{Hidden}\r\n0\r\n\r\n"])
        .Select(b => new SmugglingVariant($"hidden in chunks {Show(b)}", Chunked + b, Passes: true));
}
