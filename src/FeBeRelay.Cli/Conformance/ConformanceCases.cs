using FeBeRelay.Cli.Conformance.Cases;

namespace FeBeRelay.Cli.Conformance;

/// <summary>All cases, by row.</summary>
internal static class ConformanceCases
{
    /// <summary>What the rows are about.</summary>
    public static IReadOnlyDictionary<int, string> Rows { get; } = new Dictionary<int, string>
    {
        [1] = "client connection and back-end connection belong together",
        [2] = "legs of a logon, large tokens, many fields",
        [3] = "HTTP/1.1 towards the back end",
        [4] = "WebDAV verbs",
        [5] = "request targets",
        [6] = "fields: names, case, order, duplicates",
        [7] = "Destination, Location, Set-Cookie",
        [8] = "Host",
        [9] = "Front-End-Https",
        [10] = "X-Forwarded-*, Via",
        [11] = "RPC_IN_DATA",
        [12] = "RPC_OUT_DATA",
        [13] = "RPC ping-pong",
        [14] = "RPC logon",
        [15] = "ActiveSync ping",
        [16] = "idle connections",
        [17] = "EWS streaming",
        [18] = "MAPI/HTTP pending",
        [19] = "chunks and trailers",
        [20] = "Expect: 100-continue",
        [21] = "statuses and interim answers",
        [22] = "early final answers",
        [23] = "large and slow bodies",
        [24] = "WebSocket",
        [25] = "ends and cuts",
        [26] = "pipelining, HTTP/1.0",
        [27] = "ambiguous requests",
        [28] = "Basic, NTLM, Negotiate",
        [29] = "TLS inside",
        [30] = "back pressure",
        [31] = "storms of cancels",
        [32] = "IMAP, POP3, SMTP",
        [33] = "a back end comes back",
        [34] = "WebDAV notices",
    };

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. ((IEnumerable<ConformanceCase>)
            [
                .. LogonCases.All(), .. RequestHeadCases.All(), .. ForwardingCases.All(), .. StreamingCases.All(), .. QuietCases.All(), .. AnswerCases.All(), .. FramingCases.All(),
                .. EndCases.All(), .. SmugglingCases.All(), .. PressureCases.All(), .. ConnectionCases.All(),
            ]).OrderBy(c => c.Row).ThenBy(c => c.Letter, StringComparer.Ordinal),
    ];
}
