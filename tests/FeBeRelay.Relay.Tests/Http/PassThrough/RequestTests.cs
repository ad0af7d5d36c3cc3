using System.Globalization;
using System.Text;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>Verbs, targets and fields reach the back end as the client wrote them.</summary>
public sealed class RequestTests
{
    private const string Done = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static readonly string[] Verbs =
    [
        "SEARCH", "POLL", "PROPFIND", "PROPPATCH", "BPROPPATCH", "BPROPFIND", "SUBSCRIBE", "UNSUBSCRIBE", "BMOVE", "BCOPY", "BDELETE", "MKCOL", "MOVE", "COPY", "LOCK",
        "UNLOCK", "X-MS-ENUMATTS", "RPC_IN_DATA", "RPC_OUT_DATA", "NOTIFY", "VERSION-CONTROL", "get", "A!#$%&'*+-.^_`|~9",
    ];

    [Fact]
    public async Task Every_verb_passes_with_and_without_a_body()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, string head) = await hop.AskAsync("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("OPTIONS * HTTP/1.1\r\n", head);
        await served.SendAsync(Done);
        await hop.Client.ReadHeadAsync();
        foreach (string verb in Verbs)
        {
            foreach (string body in (string[])["", "<a:b/>"])
            {
                await hop.Client.SendAsync($"{verb} /x HTTP/1.1\r\nHost: h\r\n{(body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "")}\r\n{body}");
                Assert.StartsWith($"{verb} /x HTTP/1.1\r\n", await served.ReadHeadAsync());
                Assert.Equal(body, await served.ReadAsync(body.Length));
                await served.SendAsync($"HTTP/1.1 207 Multi-Status\r\nContent-Length: 4\r\n\r\n\0\r\n\u00ff");
                Assert.StartsWith("HTTP/1.1 207 Multi-Status\r\n", await hop.Client.ReadHeadAsync());
                Assert.Equal("\0\r\n\u00ff", await hop.Client.ReadAsync(4));
            }
        }
    }

    [Fact]
    public async Task Targets_pass_byte_by_byte()
    {
        string[] targets = [.. Targets()];
        Assert.True(targets.Length >= 200);
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket? served = null;
        foreach (string target in targets)
        {
            await hop.Client.SendAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
            served ??= await hop.AcceptAsync();
            Assert.Equal($"GET {target} HTTP/1.1", (await served.ReadHeadAsync()).Split("\r\n")[0]);
            await served.SendAsync(Done);
            await hop.Client.ReadHeadAsync();
        }
    }

    [Theory]
    [InlineData("/a\u00e4")]
    [InlineData("/a%00")]
    public async Task Targets_that_the_server_cannot_read_are_refused(string target)
    {
        await using Hop hop = await Hop.StartAsync();
        await hop.Client.SendAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await hop.Client.ReadToEndAsync());
    }

    [Fact]
    public async Task Unknown_fields_and_duplicates_pass_and_nothing_is_added()
    {
        string[] fields =
        [
            "Translate: f", "Depth: 1,noroot", "Destination: http://mail.example:81/a%2Fb", "Overwrite: F", "If: (<opaquelocktoken:1>) ", "Brief: t", "Allow-Rename: t",
            "Notification-Type: update", "Call-Back: httpu://10.0.0.1:1", "Lock-Token: <x>", "X-Odd!#$%&'*+-.^_`|~: v", "X_Under: 1", "X-Empty:", "Cookie: a=1", "Cookie: b=2",
            "X-Twice: 1", "X-Twice: 2, 3", "X-High: \u00fc\u00ff", "Accept: a, b;q=0.1", "TE: trailers", "Via: 1.0 a", "Max-Forwards: 3",
        ];
        await using Hop hop = await Hop.StartAsync();
        (_, string head) = await hop.AskAsync($"POLL / HTTP/1.1\r\nHost: Mail.Example:8080\r\n{string.Join("\r\n", fields)}\r\nContent-Length: 0\r\n\r\n");
        // Case and order are no part of the promise, and the space around a value is none of it.
        IEnumerable<string> expected = fields.Append("Host: Mail.Example:8080").Append("Content-Length: 0").Select(Normal);
        Assert.Equal(expected.Order(StringComparer.Ordinal), head.Split("\r\n")[1..^2].Select(Normal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_an_answer_is_rewritten()
    {
        string[] fields =
        [
            "Location: http://other.example/x%2Fy", "Content-Location: ../z", "Set-Cookie: a=1; Domain=.mail; Path=/Exchange", "Set-Cookie: b=2; secure", "DAV: 1, 2",
            "MS-Author-Via: DAV", "X-High: \u00fc", "Server: Microsoft-IIS/6.0", "Date: Tue, 01 Jan 2008 00:00:00 GMT", "Content-Length: 0", "ETag: W/\"x\"", "Via: 1.1 be",
        ];
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("MOVE /a HTTP/1.1\r\nHost: h\r\nDestination: http://h/b\r\n\r\n");
        await served.SendAsync($"HTTP/1.1 201 Made It\r\n{string.Join("\r\n", fields)}\r\n\r\n");
        string[] lines = (await hop.Client.ReadHeadAsync()).Split("\r\n");
        Assert.Equal("HTTP/1.1 201 Made It", lines[0]);
        Assert.Equal(fields.Select(Normal).Order(StringComparer.Ordinal), lines[1..^2].Select(Normal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_host_is_told_to_the_back_end()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, string head) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: Mail.Example:8080\r\n\r\n");
        Assert.Contains("\r\nHost: Mail.Example:8080\r\n", head);
        await served.SendAsync(Done);
        await hop.Client.ReadHeadAsync();
        await hop.Client.SendAsync("GET / HTTP/1.1\r\nHost: autodiscover.example\r\n\r\n");
        Assert.Contains("\r\nHost: autodiscover.example\r\n", await served.ReadHeadAsync());
    }

    private static string Normal(string line)
    {
        int colon = line.IndexOf(':');
        return line[..colon].ToUpperInvariant() + ":" + line[(colon + 1)..].Trim(' ');
    }

    private static IEnumerable<string> Targets()
    {
        string[] parts =
        [
            "%2F", "%2f", "%252F", "%5C", "%2B", "+", "%23_xF8FF_", "%20", "%2e%2e", "..", ".", "//", "%C3%A4", "%E4", "%FF", "%25", "%3F", "%7E", "~", "!$&'()*+,;=:@", "%0d%0a", "%09",
            "[]", "{}", "|", "\\", "^", "`", "\"", "<>", "%41", "%", "%zz", "%u00e4", "#f", "a;b=c", "/./", "/../", "-_.~",
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
        yield return "http://h/absolute%2Fform?x";
        yield return "/" + new string('l', 16_000);
        yield return string.Create(CultureInfo.InvariantCulture, $"/{new StringBuilder().Insert(0, "%2F", 2_000)}");
    }
}
