using static FeBeRelay.Relay.Tests.Http.Smuggling.SmugglingVariant;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>A whole request as the body of another: bytes like any others.</summary>
internal static class BodyFamilies
{
    public static IEnumerable<SmugglingVariant> All() => [.. Bodies(), .. Fields(), .. Unfinished()];

    private static IEnumerable<SmugglingVariant> Bodies()
    {
        foreach (string method in (string[])["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "SEARCH", "RPC_IN_DATA", "X-MS-ENUMATTS"])
        {
            string start = $"{method} {Own} HTTP/1.1\r\nHost: h\r\n";
            yield return new($"{method} with a body", $"{start}Content-Length: {Hidden.Length}\r\n\r\n{Hidden}", Passes: true);
            yield return new($"{method} with chunks", $"{start}Transfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n", Passes: true);
            yield return new($"{method} of HTTP/1.0 with a body", $"{method} {Own} HTTP/1.0\r\nHost: h\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", Passes: true);
        }
    }

    private static IEnumerable<SmugglingVariant> Fields()
    {
        string body = $"Content-Length: {Hidden.Length}\r\n\r\n{Hidden}";
        foreach (string field in (string[])["Expect: 100-continue", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
            "Upgrade: H2C\r\nConnection: upgrade", "Upgrade: TLS/1.0", "X-Transfer-Encoding: chunked", "TE: trailers, chunked", "Content-Encoding: chunked", "Trailer: Content-Length",
            "Proxy-Connection: keep-alive", "Keep-Alive: timeout=5", "X: Transfer-Encoding: chunked", "X: a,\tContent-Length: 0", "X-High: \u00ff\u0085"])
        {
            yield return new($"beside {Show(field)}", $"{Post}{field}\r\n{body}", Passes: true);
        }
        yield return new("length with zeros", $"{Post}Content-Length: 0000{Hidden.Length}\r\n\r\n{Hidden}", Passes: true);
        yield return new("upgrade with a body", $"{Post}Upgrade: websocket\r\nConnection: Upgrade\r\n{body}", Passes: true);
    }

    /// <summary>A client that goes before its request is whole: cut where a body was missing, else told that the head is none.</summary>
    private static IEnumerable<SmugglingVariant> Unfinished() =>
        from text in (string[])[$"{Post}Content-Length: 100\r\n\r\n{Hidden}", $"{Post}Transfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n",
            $"{Post}Transfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n", $"{Post}Content-Length: 0", $"{Post}Content-Length: 0\r\n"]
        select new SmugglingVariant($"cut {Show(text)}", text, IsUnfinished: true, Refusal: text.Contains("\r\n\r\n", StringComparison.Ordinal) ? SmugglingVariant.Cut : "400");
}
