using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>Row 2: tokens of any size that occurs pass, and what is past the stated limits is refused with its own status.</summary>
public sealed class LimitTests
{
    private static readonly string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(120)]
    public async Task A_field_of_so_many_kilobytes_passes(int kilobytes)
    {
        await using Hop hop = await Hop.StartAsync();
        string token = new('t', kilobytes * 1024);

        (HttpClientSocket served, string head) = await hop.AskAsync($"GET / HTTP/1.1\r\nHost: h\r\nX-Token: {token}\r\n\r\n");
        Assert.Contains($"X-Token: {token}\r\n", head);
        await served.SendAsync($"HTTP/1.1 200 OK\r\nX-Back: {token}\r\nContent-Length: 2\r\n\r\nok");

        Assert.Contains($"X-Back: {token}\r\n", await hop.Client.ReadToAsync("\r\n\r\nok"));
    }

    [Fact]
    public async Task A_hundred_and_twenty_fields_pass_both_ways()
    {
        await using Hop hop = await Hop.StartAsync();
        string fields = string.Concat(Enumerable.Range(0, 120).Select(i => $"X-Field-{i}: {i}\r\n"));

        (HttpClientSocket served, string head) = await hop.AskAsync($"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        Assert.All(Enumerable.Range(0, 120), i => Assert.Contains($"X-Field-{i}: {i}\r\n", head));
        await served.SendAsync($"HTTP/1.1 200 OK\r\n{fields}Content-Length: 2\r\n\r\nok");

        string answer = await hop.Client.ReadToAsync("\r\n\r\nok");
        Assert.All(Enumerable.Range(0, 120), i => Assert.Contains($"X-Field-{i}: {i}\r\n", answer));
    }

    [Fact]
    public async Task Past_the_limits_it_is_431_or_414()
    {
        await using Hop hop = await Hop.StartAsync();
        string[] requests =
        [
            $"GET / HTTP/1.1\r\nHost: h\r\nX-Token: {new string('t', 129 * 1024)}\r\n\r\n",
            $"GET / HTTP/1.1\r\nHost: h\r\n{string.Concat(Enumerable.Range(0, 1_001).Select(i => $"X-{i}: 1\r\n"))}\r\n",
            $"GET /{new string('p', 65 * 1024)} HTTP/1.1\r\nHost: h\r\n\r\n",
        ];
        string[] statuses = ["431", "431", "414"];
        foreach ((string request, string status) in requests.Zip(statuses))
        {
            HttpClientSocket client = await hop.ConnectAsync();
            await client.SendAsync(request);
            Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadHeadAsync());
        }
    }

    [Fact]
    public async Task A_client_that_half_closes_right_behind_its_body_gets_its_answer()
    {
        await using Hop hop = await Hop.StartAsync();
        await hop.Client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
        hop.Client.HalfClose();
        HttpClientSocket served = await hop.AcceptAsync();
        Assert.EndsWith("\r\n\r\nhello", await served.ReadToEndAsync());
        await served.SendAsync(Answer);
        Assert.EndsWith("\r\n\r\nok", await hop.Client.ReadToEndAsync());
    }

    [Fact]
    public async Task An_empty_field_of_an_answer_stays()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync("HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok");
        Assert.Contains("X-Empty: \r\n", await hop.Client.ReadToAsync("\r\n\r\nok"));
    }
}
