using static FeBeRelay.Relay.Tests.Http.Smuggling.SmugglingVariant;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Line ends that are none, request lines of other versions.</summary>
internal static class LineFamilies
{
    /// <summary>Versions by their form, but none that is served.</summary>
    private static readonly string[] OtherVersions = [" HTTP/0.9", " HTTP/1.2", " HTTP/1.9", " HTTP/2.0", " http/1.1", " HTTP/1,1", " HTTP/9.9"];

    public static IEnumerable<SmugglingVariant> All() => [.. LineEnds(), .. Versions(), .. Methods(), .. Targets()];

    /// <summary>Another line end at each place.</summary>
    private static IEnumerable<SmugglingVariant> LineEnds()
    {
        string[] lines = [$"POST {Own} HTTP/1.1", "Host: h", "X-A: b", "Content-Length: 5", "", "hello"];
        foreach (string end in (string[])["\n", "\r", "\r\r\n", "\n\r", "\r\0\n", "\u000b", "\0", "\r \n"])
        {
            for (int place = 0; place < lines.Length - 1; place++)
            {
                string text = string.Concat(lines.Select((line, i) => line + (i == place ? end : i == lines.Length - 1 ? "" : "\r\n")));
                yield return new($"line end {place} {Show(end)}", text + Hidden, IsUnfinished: true);
            }
        }
    }

    private static IEnumerable<SmugglingVariant> Versions() =>
        ((string[])["", " ", " HTTP/0.9", " HTTP/1.2", " HTTP/1.9", " HTTP/2.0", " HTTP/2", " HTTP/1.01", " HTTP/01.1", " HTTP/1.10", " http/1.1", " HTTP/1", " HTTP/1.", " HTTP/1.1 ",
            "\tHTTP/1.1", " HTTP/1.1\t", " HTTP/1.1 x", " HTTP /1.1", " HTTP/1,1", " HTTP/9.9", " ICY/1.1", " HTTPS/1.1", " /other HTTP/1.1"])
        .Select(v => new SmugglingVariant($"version {Show(v)}", $"GET {Own}{v}\r\nHost: h\r\n\r\n", Refusal: OtherVersions.Contains(v) ? "505" : "400"));

    private static IEnumerable<SmugglingVariant> Methods()
    {
        foreach (string method in (string[])["", " GET", "\tGET", "GET\t", "G(T", "G\0T", "GE\u0001T", "G:T", "G\u00cbT", "G\"T", "GET\u000b", "CONNECT", "connect:"])
        {
            yield return new($"method {Show(method)}", $"{method} {Own} HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        yield return new("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", Refusal: Ended);
        yield return new("CONNECT with authority", $"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n{Hidden}");
        yield return new("method in lower case", $"get {Own} HTTP/1.1\r\nHost: h\r\n\r\n", Passes: true);
    }

    private static IEnumerable<SmugglingVariant> Targets()
    {
        foreach (char c in "\0\u0001\t\u000b\r\n \u007f\u0080\u00a0\u00ff")
        {
            yield return new($"target {Show(c.ToString())}", $"GET {Own}{c}x HTTP/1.1\r\nHost: h\r\n\r\n");
            yield return new($"query {Show(c.ToString())}", $"GET {Own}?{c}x HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        yield return new("target with an encoded zero", $"GET {Own}%00 HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("target with encoded line ends", $"GET {Own}%0d%0aHost:%20x HTTP/1.1\r\nHost: h\r\n\r\n", Passes: true);
        yield return new("target with a fragment", $"GET {Own}#x HTTP/1.1\r\nHost: h\r\n\r\n", Passes: true);
        yield return new("target without a slash", "GET v HTTP/1.1\r\nHost: h\r\n\r\n", Refusal: "405");
    }
}
