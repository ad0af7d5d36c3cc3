using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>Requests and answers through an http endpoint, with raw sockets on both sides.</summary>
public sealed class ExchangeTests
{
    [Fact]
    public async Task A_request_and_its_answer_pass_with_target_method_and_fields()
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket client = hop.Client;

        await client.SendAsync("BPROPFIND /exchange/a%2Fb/./x%252F+?q=%41#f HTTP/1.1\r\nHost: mail.example\r\nDepth: 1\r\nTranslate: f\r\nConnection: keep-alive\r\n\r\n");
        HttpClientSocket served = await hop.AcceptAsync();
        string head = await served.ReadHeadAsync();
        Assert.StartsWith("BPROPFIND /exchange/a%2Fb/./x%252F+?q=%41#f HTTP/1.1\r\n", head);
        Assert.Contains("Host: mail.example\r\n", head);
        Assert.Contains("Depth: 1\r\n", head);
        Assert.DoesNotContain("X-Forwarded", head);
        await served.SendAsync("HTTP/1.1 207 Multi-Status\r\nX-Odd: yes\r\nContent-Length: 5\r\n\r\nhello");

        string answer = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 207 Multi-Status\r\n", answer);
        Assert.Contains("X-Odd: yes\r\n", answer);
        Assert.Equal("hello", await client.ReadAsync(5));
    }

    [Fact]
    public async Task The_next_exchange_uses_the_same_connection()
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket client = hop.Client;
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        HttpClientSocket served = await hop.AcceptAsync();
        for (int i = 1; i <= 3; i++)
        {
            Assert.StartsWith($"GET /{i} ", await served.ReadHeadAsync());
            await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await client.ReadToAsync("\r\n\r\nok");
            await client.SendAsync($"GET /{i + 1} HTTP/1.1\r\nHost: h\r\n\r\n");
        }
    }
}
