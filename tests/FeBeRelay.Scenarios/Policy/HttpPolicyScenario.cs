using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>Browsers ask a front end whose http endpoint reaches nodes of every kind: what goes clear, what does not, and what the security log says of it.</summary>
public sealed class HttpPolicyScenario(HttpPolicySite site) : IClassFixture<HttpPolicySite>
{
    private const string Cookie = "session=secret";

    [Fact(Timeout = 60_000)]
    public async Task Under_request_a_plain_server_is_reached_clear_and_not_tried_again()
    {
        Assert.Equal((200, "answer"), await site.AskAsync("open"));
        long clear = site.ClearBytes("open");
        Assert.True(clear > 0);
        Assert.Equal((200, "answer"), await site.AskAsync("open"));

        Assert.True(site.ClearBytes("open") > clear);
        Assert.Single(await site.EventsAsync(9004, "open", 1));
        JsonNode sent = (await site.EventsAsync(5156, "open", 1))[0];
        Assert.Equal(("web", "open", "soft"), ((string?)sent["endpoint"], (string?)sent["rule"], (string?)sent["cause"]));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_silent_node_is_waited_for_until_the_fallback_timer_and_then_not_any_more()
    {
        Assert.Equal((200, "answer"), await site.AskAsync("silent"));
        Assert.Equal((200, "answer"), await site.AskAsync("silent"));

        Assert.Single(await site.EventsAsync(9004, "silent", 1));
    }

    /// <summary>With the timer as it is without a word about it. Wants a machine that has nothing else to do.</summary>
    [Fact(Explicit = true, Timeout = 60_000)]
    public async Task A_node_that_does_not_answer_costs_one_request_three_and_a_half_seconds_and_those_after_it_nothing()
    {
        const int others = 20;
        // The same with a short timer: what is measured is not how long a new process takes to get going.
        Assert.Equal((200, "answer"), await site.AskAsync("silent"));
        TimeSpan first = await TakeAsync();
        var next = new List<TimeSpan>();
        for (int i = 0; i < others; i++)
        {
            next.Add(await TakeAsync());
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"first {first.TotalMilliseconds:F0} ms, then up to {next.Max().TotalMilliseconds:F1} ms");
        Assert.InRange(first, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.5));
        Assert.All(next, took => Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromMilliseconds(50)));

        async Task<TimeSpan> TakeAsync()
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal((200, "answer"), await site.AskAsync("usual"));
            return Stopwatch.GetElapsedTime(start);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_is_clear_once_and_secured_when_the_server_was_asked()
    {
        Assert.Equal((200, "answer"), await site.AskAsync("client"));
        long clear = site.ClearBytes("client");
        Assert.True(clear > 0);
        await site.Relay.WaitForAsync("Endpoint web: node client wants security");

        Assert.Equal((200, "answer"), await site.AskAsync("client"));
        Assert.Equal((200, "answer"), await site.AskAsync("client", Cookie));

        Assert.Equal(clear, site.ClearBytes("client"));
        // Listed until it ends, which is at once where nobody uses it.
        await site.EventsAsync(9003, "client", 1);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("refused")]
    [InlineData("suites")]
    public async Task Where_credentials_or_suites_do_not_fit_no_byte_goes_clear(string path)
    {
        (int status, string page) = await site.AskAsync(path);
        Assert.Equal(502, status);
        Assert.Matches($@"^502 Bad Gateway\n\nNode: {path}\nStep: .+\nCorrelation id: \S+\n$", page);
        Assert.Equal(502, (await site.AskAsync(path, Cookie)).Status);

        Assert.Equal(0, site.ClearBytes(path));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_guard_refuses_credentials_and_bodies_where_the_way_is_clear()
    {
        (int status, string page) = await site.AskAsync("plain", Cookie);
        Assert.Equal(503, status);
        Assert.Contains("Step: guarding the request: it carries credentials (Cookie)", page, StringComparison.Ordinal);
        Assert.Equal(503, (await site.AskAsync("plain", body: "letter")).Status);
        Assert.Equal(0, site.ClearBytes("plain"));
        Assert.Equal((200, "answer"), await site.AskAsync("plain"));

        Assert.Equal(2, (await site.EventsAsync(9012, "plain", 2)).Count);
        Assert.DoesNotContain(site.Requests, r => r.Contains(" /plain ", StringComparison.Ordinal) && (r.Contains(Cookie, StringComparison.Ordinal) || r.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_guard_may_warn_or_be_off()
    {
        Assert.Equal((200, "answer"), await site.AskAsync("warned", Cookie));
        Assert.Equal((200, "answer"), await site.AskAsync("warned"));
        Assert.Single(await site.EventsAsync(9013, "warned", 1));

        Assert.Equal((200, "answer"), await site.AskAsync("open", Cookie, "letter"));
        Assert.Contains(site.Requests, r => r.StartsWith("PUT /open ", StringComparison.Ordinal) && r.EndsWith("letter", StringComparison.Ordinal));
    }
}
