using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>Interim answers, expectations, early answers, statuses, order.</summary>
public sealed class AnswerTests
{
    private const string Upload = "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    private const string Done = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task An_expectation_is_met_by_the_back_end_alone()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, string head) = await hop.AskAsync(Upload);
        Assert.Contains("Expect: 100-continue\r\n", head);
        await served.SendAsync("HTTP/1.1 100 Continue\r\nX-Mark: be\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\nX-Mark: be\r\n\r\n", await hop.Client.ReadHeadAsync());
        await hop.Client.SendAsync("hello");
        Assert.Equal("hello", await served.ReadAsync(5));
        await served.SendAsync(Done);
        Assert.StartsWith("HTTP/1.1 200 ", await hop.Client.ReadHeadAsync());
    }

    [Theory]
    [InlineData("401 Unauthorized")]
    [InlineData("417 Expectation Failed")]
    public async Task An_expectation_may_be_refused_before_the_body(string status)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync(Upload);
        await served.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", await hop.Client.ReadHeadAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_wait_for_a_silent_server_is_served()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync(Upload);
        await hop.Client.SendAsync("hello");
        Assert.Equal("hello", await served.ReadAsync(5));
        await served.SendAsync(Done);
        // No 100 of the relay's own before it.
        Assert.StartsWith("HTTP/1.1 200 ", await hop.Client.ReadHeadAsync());
    }

    [Fact]
    public async Task Interim_answers_pass_in_their_order()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("COPY /x HTTP/1.1\r\nHost: h\r\n\r\n");
        foreach (string head in (string[])["HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", "HTTP/1.1 199 Odd\r\n\r\n"])
        {
            await served.SendAsync(head);
            Assert.Equal(head, await hop.Client.ReadHeadAsync());
        }
        await served.SendAsync("HTTP/1.1 103 Early Hints\r\n\r\n" + Done);
        Assert.Equal("HTTP/1.1 103 Early Hints\r\n\r\n", await hop.Client.ReadHeadAsync());
        Assert.StartsWith("HTTP/1.1 200 ", await hop.Client.ReadHeadAsync());
    }

    [Theory]
    [InlineData("207 Multi-Status")]
    [InlineData("401 Unauthorized")]
    [InlineData("404 ")]
    [InlineData("440 Login Timeout")]
    [InlineData("449 Retry With")]
    [InlineData("500 Es ging nicht")]
    [InlineData("507 Insufficient Storage")]
    [InlineData("599 x")]
    public async Task Any_status_passes_with_its_body(string status)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\nbody");
        Assert.StartsWith($"HTTP/1.1 {status.TrimEnd()}", await hop.Client.ReadHeadAsync());
        Assert.Equal("body", await hop.Client.ReadAsync(4));
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n")]
    [InlineData("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n")]
    public async Task Answers_without_a_body_leave_the_connections_as_they_are(string method, string head)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync(head + "\r\n");
        string answer = await hop.Client.ReadHeadAsync();
        Assert.All(head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(line + "\r\n", answer));
        await hop.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("GET /next ", await served.ReadHeadAsync());
    }

    [Fact]
    public async Task An_early_answer_passes_at_once_and_the_upload_goes_on_if_the_back_end_keeps_reading()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello");
        await served.ReadAsync(5);
        await served.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
        await hop.Client.ReadToAsync("\r\n\r\nno");
        await hop.Client.SendAsync("world");
        Assert.Equal("world", await served.ReadAsync(5));
        await hop.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("GET /next ", await served.ReadHeadAsync());
    }

    [Fact]
    public async Task An_early_answer_of_a_back_end_that_closes_ends_the_clients_connection()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 104857600\r\n\r\nhello");
        await served.ReadAsync(5);
        await served.SendAsync("HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
        string answer = await hop.Client.ReadToAsync("\r\n\r\nno");
        Assert.StartsWith("HTTP/1.1 401 No\r\n", answer);
        Assert.Contains("Connection: close\r\n", answer);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        const int count = 10;
        await using Hop hop = await Hop.StartAsync();
        await hop.Client.SendAsync(string.Concat(Enumerable.Range(0, count).Select(i => $"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n")));
        HttpClientSocket served = await hop.AcceptAsync();
        for (int i = 0; i < count; i++)
        {
            Assert.StartsWith($"GET /{i} ", await served.ReadHeadAsync());
            await served.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{i}");
        }
        for (int i = 0; i < count; i++)
        {
            await hop.Client.ReadToAsync($"\r\n\r\n{i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Connection: keep-alive\r\n")]
    public async Task An_old_client_gets_an_answer_without_chunks(string fields)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync($"GET / HTTP/1.0\r\nHost: h\r\n{fields}\r\n");
        await served.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\nX-T: 1\r\n\r\n");
        string answer = await hop.Client.ReadToEndAsync();
        Assert.DoesNotContain("chunked", answer);
        Assert.EndsWith("\r\n\r\nhelloworld", answer);
    }

    [Fact]
    public async Task An_old_client_may_keep_its_connection()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET /1 HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
        await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Assert.Contains("keep-alive", await hop.Client.ReadToAsync("\r\n\r\nok"));
        await hop.Client.SendAsync("GET /2 HTTP/1.0\r\nHost: h\r\n\r\n");
        Assert.StartsWith("GET /2 ", await served.ReadHeadAsync());
        await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Assert.EndsWith("\r\n\r\nok", await hop.Client.ReadToEndAsync());
    }
}
