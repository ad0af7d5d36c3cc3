using static FeBeRelay.Relay.Tests.Http.Smuggling.SmugglingVariant;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Two framings in one request, and framing that one reader understands and another does not.</summary>
internal static class FramingFamilies
{
    private static readonly string[] PlainCodings = ["Transfer-Encoding: chunked", "transfer-encoding:CHUNKED", "Transfer-Encoding: \t chunked \t"];

    private static readonly string[] OddCodings =
    [
        "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked", "\tTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx", "Transfer-Encoding: chunked;q=0", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: 'chunked'", "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,", "Transfer-Encoding: identity",
        "Transfer-Encoding: identity, chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chun ked", "Transfer-Encoding: chunked chunked",
        "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: chunked\u000b", "Transfer-Encoding: \0chunked", "Transfer-Encoding: chunked\0",
        "Transfer-Encoding: \u00a0chunked", "Transfer-Encoding: chunked\u0085", "Transfer-Encoding:", "Transfer-Encoding: ", "Transfer-Encoding: cow",
        "Transfer-Encoding: \r\n chunked", "Transfer-Encoding:\r\n\tchunked", "X: y\r\n Transfer-Encoding: chunked", "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked", "Transfer_Encoding: chunked", "TRANSFER_ENCODING: chunked", "Transfer-Encoding\0: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", "Transfer-Encoding: chunke\u0064\u0001",
    ];

    private static readonly string[] OddLengths =
    [
        "+5", "-5", "0x5", "5 5", "5,5", "5, 5", "5;", "5.0", "5e0", "", "\u00b2", "5\0", "\u000b5", "5\u000b", "\"5\"", "5,6", "0,34", "five", "5h", "_5", "5_0", "(5)",
        "9223372036854775808", "18446744073709551621", "99999999999999999999999999", "-0", "- 5", "5\r\n 0",
    ];

    public static IEnumerable<SmugglingVariant> All() =>
        [.. BothFramings(), .. OddCodingAlone(), .. OddLength("POST"), .. OddLength("GET"), .. TwoLengths(), .. LengthTwins(), .. OldChunks()];

    /// <summary>Length first and coding first, the hidden request behind either's end.</summary>
    private static IEnumerable<SmugglingVariant> BothFramings()
    {
        foreach (string coding in (string[])[.. PlainCodings, .. OddCodings])
        {
            foreach (int length in (int[])[4, 5 + Hidden.Length])
            {
                yield return new($"CL.TE {length} {Show(coding)}", $"{Post}Content-Length: {length}\r\n{coding}\r\n\r\n0\r\n\r\n{Hidden}");
                yield return new($"TE.CL {length} {Show(coding)}", $"{Post}{coding}\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n{Hidden}");
            }
        }
    }

    private static IEnumerable<SmugglingVariant> OddCodingAlone() =>
        OddCodings.Select(c => new SmugglingVariant($"TE.TE {Show(c)}", $"{Post}{c}\r\n\r\n0\r\n\r\n{Hidden}"));

    private static IEnumerable<SmugglingVariant> OddLength(string method) =>
        OddLengths.Select(l => new SmugglingVariant($"CL {method} {Show(l)}", $"{method} {Own} HTTP/1.1\r\nHost: h\r\nContent-Length: {l}\r\n\r\nhello{Hidden}",
            // Kestrel ends the connection without a word.
            Refusal: l.Length > 20 ? Ended : "400"));

    private static IEnumerable<SmugglingVariant> TwoLengths() =>
        from pair in ((string, string)[])[("5", "5"), ("5", "6"), ("0", "34"), ("34", "0"), ("5", ""), ("5", "x"), ("5", "+5")]
        from name in (string[])["Content-Length", "content-length", "CONTENT-LENGTH"]
        select new SmugglingVariant($"CL.CL {pair} {name}", $"{Post}Content-Length: {pair.Item1}\r\n{name}: {pair.Item2}\r\n\r\nhello{Hidden}");

    private static IEnumerable<SmugglingVariant> LengthTwins() =>
        ((string[])["Content_Length: 5", "CONTENT_LENGTH: 5", "Content-Length : 5", "Content-Length\t: 5", " Content-Length: 5", "X: y\r\n Content-Length: 5",
            "X: y\nContent-Length: 5", "X: y\rContent-Length: 5", "Content-Length:\r\n 5", "Content-Length\0: 5", "\u0001Content-Length: 5"])
        .Select(l => new SmugglingVariant($"CL twin {Show(l)}", $"{Post}{l}\r\n\r\nhello{Hidden}"));

    private static IEnumerable<SmugglingVariant> OldChunks() =>
        from end in (string[])["", "Connection: keep-alive\r\n", "Host: h\r\n", "Content-Length: 5\r\n"]
        select new SmugglingVariant($"HTTP/1.0 chunked {Show(end)}", $"POST {Own} HTTP/1.0\r\n{end}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}");
}
