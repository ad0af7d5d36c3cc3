using System.Globalization;
using System.Text;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 3 to 8 and 34: method, target and fields arrive as they were sent.</summary>
internal static class RequestHeadCases
{
    private static readonly string[] Verbs =
    [
        "SEARCH", "POLL", "PROPFIND", "PROPPATCH", "BPROPPATCH", "BPROPFIND", "SUBSCRIBE", "UNSUBSCRIBE", "BMOVE", "BCOPY", "BDELETE", "MKCOL", "MOVE", "COPY", "LOCK",
        "UNLOCK", "X-MS-ENUMATTS", "RPC_IN_DATA", "RPC_OUT_DATA", "NOTIFY", "VERSION-CONTROL", "PATCH", "DELETE", "A!#$%&'*+-.^_`|~9",
    ];

    private static readonly string[] RequestFields =
    [
        "Translate: f", "Depth: 1,noroot", "Destination: http://mail.example:81/a%2Fb", "Overwrite: F", "If: (<opaquelocktoken:1>)", "Brief: t", "Allow-Rename: t",
        "Notification-Type: update", "Call-Back: httpu://10.0.0.1:1", "Lock-Token: <x>", "X-Odd!#$%&'*+-.^_`|~: v", "X_Under: 1", "X-Empty:", "Cookie: a=1", "Cookie: b=2",
        "X-Twice: 1", "X-Twice: 2, 3", "X-High: \u00fc\u00ff", "Accept: a, b;q=0.1", "Max-Forwards: 3", "user-agent: OutlookConnector/1.0", "x-lower: 1", "X-UPPER: 1",
    ];

    private static readonly string[] AnswerFields =
    [
        "Location: http://other.example/x%2Fy", "Content-Location: ../z", "Set-Cookie: a=1; Domain=.mail; Path=/Exchange", "Set-Cookie: b=2; secure", "DAV: 1, 2",
        "MS-Author-Via: DAV", "X-High: \u00fc", "Server: Microsoft-IIS/6.0", "Date: Tue, 01 Jan 2008 00:00:00 GMT", "Content-Length: 0", "ETag: W/\"x\"", "x-lower: 1",
    ];

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(3, "", "The back end is spoken to in HTTP/1.1", "A GET, and an upgrade to WebSocket", "HTTP/1.1 both times; the upgrade is still a GET with Connection and Upgrade", VersionAsync),
        new(4, "", "Every WebDAV verb, and any token, passes", $"{Verbs.Length} methods, each with and without a body, answered 207 with bytes of any value",
            "Method, body and answer, unchanged", VerbsAsync),
        new(5, "a", "Targets pass byte by byte", "More than 200 odd targets: %2F, %252F, +, %23, dots, doubled slashes, absolute form, 16,000 characters", "The same bytes", TargetsAsync),
        new(5, "b", "Bytes above 0x7F and %00 pass in targets", "/a, byte 0xE4, and /a%00", "The same bytes", HighTargetsAsync),
        new(6, "a", "All fields of a request arrive, and no others", $"{RequestFields.Length} fields, some twice, some empty, some unknown", "The same names and values", v => RequestFieldsAsync(v, raw: false)),
        new(6, "b", "Case and order of a request's fields stay", "The same", "The same bytes", v => RequestFieldsAsync(v, raw: true)),
        new(6, "c", "All fields of an answer arrive, and no others", $"{AnswerFields.Length} fields", "The same names and values", v => AnswerFieldsAsync(v, raw: false)),
        new(6, "d", "Case and order of an answer's fields stay", "The same", "The same bytes", v => AnswerFieldsAsync(v, raw: true)),
        new(7, "", "Destination, Location and Set-Cookie are not rewritten", "A MOVE to an absolute URL, answered with a Location and cookies for other hosts and paths", "The same values", MoveAsync),
        new(8, "", "The client's host is told to the back end", "Requests to two hosts, in their own spelling and with a port", "The same Host each", HostsAsync),
        new(34, "", "SUBSCRIBE with a call-back passes, and POLL works", "SUBSCRIBE with Call-Back: httpu://..., then POLL, answered 207", "Fields and answers, unchanged", PollAsync),
    ];

    /// <summary>Odd paths and queries.</summary>
    public static IEnumerable<string> Targets()
    {
        string[] parts =
        [
            "%2F", "%2f", "%252F", "%5C", "%2B", "+", "%23_xF8FF_", "%20", "%2e%2e", "..", ".", "//", "%C3%A4", "%E4", "%FF", "%25", "%3F", "%7E", "~", "!$&'()*+,;=:@", "%0d%0a", "%09",
            "[]", "{}", "|", "\\", "^", "`", "\"", "<>", "%41", "%u00e4", "a;b=c", "/./", "/../", "-_.~",
        ];
        foreach (string part in parts)
        {
            yield return $"/exchange/{part}";
            yield return $"/exchange/a{part}b/c";
            yield return $"/exchange/?q={part}";
            yield return $"/exchange/x?{part}&{part}";
            yield return $"/x/{part}{part}.EML?Cmd=open";
            yield return $"/{part.TrimStart('/')}/";
        }
        yield return "/?";
        yield return "/??";
        yield return "/" + new string('l', 16_000);
        yield return "/" + new StringBuilder().Insert(0, "%2F", 2_000);
    }

    private static async Task VersionAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.ExchangeAsync(client, visit.Head("GET /owa/"));
        Demand.Equal("GET /owa/ HTTP/1.1", arrival.RequestLine, "the request line");
        using RawPeer upgraded = await visit.ConnectAsync();
        arrival = await visit.AskAsync(upgraded, visit.Head("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        Demand.Equal("GET /ws HTTP/1.1", arrival.RequestLine, "the request line of the upgrade");
        Demand.That(arrival.Fields.Any(f => string.Equals(f, "Upgrade: websocket", StringComparison.OrdinalIgnoreCase)), "the field Upgrade did not arrive");
        Demand.That(arrival.Fields.Any(f => string.Equals(f, "Connection: Upgrade", StringComparison.OrdinalIgnoreCase)), "the field Connection: Upgrade did not arrive");
    }

    private static async Task VerbsAsync(Visit visit)
    {
        const string answer = "HTTP/1.1 207 Multi-Status\r\nContent-Length: 5\r\n\r\n\0\r\n\u00ff\u0080";
        foreach (string verb in Verbs)
        {
            using RawPeer client = await visit.ConnectAsync();
            foreach (string body in (string[])["", "<a:b/>"])
            {
                Arrival arrival = await visit.AskAsync(
                    client, visit.Head($"{verb} /x", body.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n") : "") + body);
                Demand.Equal($"{verb} /x HTTP/1.1", arrival.RequestLine, "the request line");
                Demand.Equal(body, await arrival.Connection.HearAsync(body.Length), "the body");
                await arrival.AnswerAsync(answer);
                Demand.StartsWith("HTTP/1.1 207 ", await client.HearHeadAsync(), $"the answer to {verb}");
                Demand.Equal(answer[^5..], await client.HearAsync(5), "the answer's body");
            }
        }
    }

    private static async Task TargetsAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        int count = 0;
        foreach (string target in (string[])[.. Targets(), $"http://{visit.Host}/absolute%2Fform?x"])
        {
            Arrival arrival = await visit.ExchangeAsync(client, visit.Head($"GET {target}"));
            Demand.Equal(target, arrival.Target, "the target");
            count++;
        }
        using RawPeer server = await visit.ConnectAsync();
        Demand.Equal("*", (await visit.ExchangeAsync(server, visit.Head("OPTIONS *"))).Target, "the target of OPTIONS");
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"{count + 1} targets");
    }

    private static async Task HighTargetsAsync(Visit visit)
    {
        foreach (string target in (string[])["/a\u00e4", "/a%00"])
        {
            using RawPeer client = await visit.ConnectAsync();
            Arrival arrival = await visit.AskAsync(client, visit.Head($"GET {target}"));
            Demand.Equal(target, arrival.Target, "the target");
        }
    }

    private static async Task RequestFieldsAsync(Visit visit, bool raw)
    {
        using RawPeer client = await visit.ConnectAsync();
        string head = visit.Head("POLL /public/", string.Join("\r\n", RequestFields) + "\r\nContent-Length: 0\r\n");
        Arrival arrival = await visit.ExchangeAsync(client, head);
        if (raw)
        {
            Demand.Equal(head, arrival.Head, "the head");
        }
        Demand.SameFields(head.Split("\r\n")[1..^2], arrival.Fields, "fields of the request");
    }

    private static async Task AnswerFieldsAsync(Visit visit, bool raw)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("MOVE /a", "Content-Length: 0\r\n"));
        string sent = $"HTTP/1.1 201 Made It\r\n{string.Join("\r\n", AnswerFields)}\r\n\r\n";
        await arrival.AnswerAsync(sent);
        string head = await client.HearHeadAsync();
        if (raw)
        {
            Demand.Equal(sent, head, "the head");
        }
        Demand.SameFields(AnswerFields, head.Split("\r\n")[1..^2], "fields of the answer");
    }

    private static async Task MoveAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        const string destination = "Destination: https://mail.example/exchange/alice/Sent%20Items/Re%3A%20x.EML";
        string[] fields = ["Location: http://be1.lab.test/exchange/x", "Set-Cookie: sessionid=1; path=/exchange; domain=.example", "Set-Cookie: sessionid=2; path=/"];
        Arrival arrival = await visit.AskAsync(client, visit.Head("MOVE /exchange/alice/Drafts/x.EML", destination + "\r\nContent-Length: 0\r\n"));
        Demand.Field(destination, arrival.Head, "the request");
        await arrival.AnswerAsync($"HTTP/1.1 201 Created\r\n{string.Join("\r\n", fields)}\r\nContent-Length: 0\r\n\r\n");
        Demand.Fields(fields, await client.HearHeadAsync(), "the answer");
    }

    private static async Task HostsAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        foreach (string host in (string[])["Mail.Example:8080", "autodiscover.example"])
        {
            Arrival arrival = await visit.ExchangeAsync(client, $"GET / HTTP/1.1\r\nHost: {host}\r\nX-Case: {visit.Marker}\r\n\r\n");
            Demand.Field($"Host: {host}", arrival.Head, "the request");
        }
    }

    private static async Task PollAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        string[] fields = ["Call-Back: httpu://10.1.2.3:1234/notify", "Notification-Type: Update", "Subscription-Lifetime: 3600", "Depth: 0"];
        Arrival arrival = await visit.AskAsync(client, visit.Head("SUBSCRIBE /exchange/alice/Inbox", string.Join("\r\n", fields) + "\r\nContent-Length: 0\r\n"));
        Demand.Fields(fields, arrival.Head, "the subscription");
        await arrival.AnswerAsync("HTTP/1.1 200 OK\r\nSubscription-id: 7\r\nContent-Length: 0\r\n\r\n");
        Demand.Field("Subscription-id: 7", await client.HearHeadAsync(), "the answer");
        arrival = await visit.ExchangeAsync(client, visit.Head("POLL /exchange/alice/Inbox", "Subscription-id: 7\r\nContent-Length: 0\r\n"), "HTTP/1.1 207 Multi-Status\r\nContent-Length: 6\r\n\r\n<a:b/>");
        Demand.Field("Subscription-id: 7", arrival.Head, "the request");
    }
}
