using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>An end is passed on as an end, a cut as a cut, and what was cut never looks complete.</summary>
public sealed class CutTests
{
    private const string Upgrade = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello", true)]
    [InlineData("Content-Length: 10\r\n\r\nhello", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nA\r\nhello", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nA\r\nhello", false)]
    [InlineData("Connection: close\r\n\r\nhello", true)]
    public async Task An_answer_that_the_back_end_cuts_is_cut_for_the_client(string answer, bool byReset)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync("HTTP/1.1 200 OK\r\n" + answer);
        await hop.Client.ReadToAsync("hello");
        End(served, byReset);
        Assert.True(await hop.Client.EndsWithResetAsync());
    }

    [Fact]
    public async Task An_answer_that_ends_with_its_connection_is_complete()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync("HTTP/1.1 200 OK\r\n\r\nhello");
        served.HalfClose();
        Assert.EndsWith("\r\n0\r\n\r\n", await hop.Client.ReadToAsync("\r\n0\r\n\r\n"));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello", true)]
    [InlineData("Content-Length: 10\r\n\r\nhello", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false)]
    public async Task An_upload_that_the_client_cuts_is_cut_for_the_back_end(string body, bool byReset)
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("PUT / HTTP/1.1\r\nHost: h\r\n" + body);
        await served.ReadToAsync("hello");
        End(hop.Client, byReset);
        Assert.True(await served.EndsWithResetAsync());
    }

    [Fact]
    public async Task A_client_that_is_gone_ends_the_back_ends_work()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        hop.Client.Reset();
        Assert.True(await served.EndsWithResetAsync());
    }

    [Fact]
    public async Task A_client_that_has_ended_its_bytes_still_gets_its_answer()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        hop.Client.HalfClose();
        Assert.Equal("", await served.ReadToEndAsync());
        await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Assert.EndsWith("\r\n\r\nok", await hop.Client.ReadToEndAsync());
    }

    [Fact]
    public async Task After_an_upgrade_bytes_and_half_closes_pass_both_ways()
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        for (int i = 0; i < 5; i++)
        {
            await hop.Client.SendAsync("\u0081\0ping");
            Assert.Equal("\u0081\0ping", await served.ReadAsync(6));
            await served.SendAsync("pong");
            Assert.Equal("pong", await hop.Client.ReadAsync(4));
        }
        hop.Client.HalfClose();
        Assert.Equal("", await served.ReadToEndAsync());
        await served.SendAsync("last");
        served.HalfClose();
        Assert.Equal("last", await hop.Client.ReadToEndAsync());
    }

    [Fact]
    public async Task After_an_upgrade_the_last_bytes_are_not_overtaken_by_the_end_behind_them()
    {
        string last = new('z', 300_000);
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        Task sending = hop.Client.SendAsync(System.Text.Encoding.ASCII.GetBytes(last));
        Task ending = sending.ContinueWith(_ => hop.Client.HalfClose(), TaskScheduler.Default);
        Assert.Equal(last, await served.ReadToEndAsync());
        await ending;
        await served.SendAsync("bye");
        served.HalfClose();
        Assert.Equal("bye", await hop.Client.ReadToEndAsync());
    }

    [Fact]
    public async Task After_an_upgrade_the_back_end_may_end_first()
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        await served.SendAsync("last");
        served.HalfClose();
        Assert.Equal("last", await hop.Client.ReadToEndAsync());
        await hop.Client.SendAsync("more");
        Assert.Equal("more", await served.ReadAsync(4));
        hop.Client.HalfClose();
        Assert.Equal("", await served.ReadToEndAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_an_upgrade_a_reset_passes_either_way(bool byClient)
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        (HttpClientSocket from, HttpClientSocket to) = byClient ? (hop.Client, served) : (served, hop.Client);
        from.Reset();
        Assert.True(await to.EndsWithResetAsync());
    }

    private static async Task<HttpClientSocket> UpgradeAsync(Hop hop)
    {
        (HttpClientSocket served, string head) = await hop.AskAsync(Upgrade);
        Assert.Contains("Upgrade: websocket\r\n", head);
        Assert.Contains("Connection: Upgrade\r\n", head);
        await served.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: x\r\n\r\n");
        string answer = await hop.Client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", answer);
        Assert.Contains("Upgrade: websocket\r\n", answer);
        Assert.Contains("Sec-WebSocket-Extensions: x\r\n", answer);
        return served;
    }

    private static void End(HttpClientSocket socket, bool byReset)
    {
        if (byReset)
        {
            socket.Reset();
        }
        else
        {
            socket.HalfClose();
        }
    }
}
