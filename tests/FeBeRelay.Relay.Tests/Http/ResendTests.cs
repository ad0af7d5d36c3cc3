using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>A back end that reads a request on a reused connection and dies has seen it exactly once, unless sending it twice does no harm.</summary>
public sealed class ResendTests
{
    private const int WarmConnections = 4;

    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", true)]
    [InlineData("PATCH", false)]
    [InlineData("DELETE", true)]
    [InlineData("DELETE", false)]
    [InlineData("MKCOL", true)]
    [InlineData("MKCOL", false)]
    [InlineData("MOVE", true)]
    [InlineData("MOVE", false)]
    [InlineData("COPY", true)]
    [InlineData("COPY", false)]
    public async Task A_request_without_a_body_is_not_sent_twice(string method, bool byReset)
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket[] warm = await WarmAsync(hop);
        await hop.Client.SendAsync($"{method} /once HTTP/1.1\r\nHost: h\r\n\r\n");
        Die(await ServedAsync(warm, method), byReset);
        string answer = await hop.Client.ReadToAsync("Correlation id: ");
        Assert.StartsWith("HTTP/1.1 502 ", answer);
        // Nothing of it on the others, or on a new one: the next request is the first that they see.
        for (int i = 0; i < WarmConnections - 1; i++)
        {
            using HttpClientSocket next = await hop.ConnectAsync();
            await next.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
            await ServedAsync(warm, "GET /next");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_GET_is_sent_once_more_and_on_a_new_connection(bool byReset)
    {
        await using Hop hop = await Hop.StartAsync();
        HttpClientSocket[] warm = await WarmAsync(hop);
        await hop.Client.SendAsync("GET /twice HTTP/1.1\r\nHost: h\r\n\r\n");
        Die(await ServedAsync(warm, "GET /twice"), byReset);
        HttpClientSocket second = await hop.AcceptAsync();
        Assert.StartsWith("GET /twice ", await second.ReadHeadAsync());
        Assert.DoesNotContain(warm, IsReadable);
        await second.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Assert.StartsWith("HTTP/1.1 200 ", await hop.Client.ReadToAsync("\r\n\r\nok"));
    }

    private static void Die(HttpClientSocket served, bool byReset)
    {
        if (byReset)
        {
            served.Reset();
        }
        else
        {
            served.HalfClose();
        }
    }

    /// <summary>Four connections that have carried an exchange and wait.</summary>
    private static async Task<HttpClientSocket[]> WarmAsync(Hop hop)
    {
        var served = new HttpClientSocket[WarmConnections];
        var clients = new HttpClientSocket[WarmConnections];
        for (int i = 0; i < WarmConnections; i++)
        {
            HttpClientSocket client = clients[i] = await hop.ConnectAsync();
            await client.SendAsync("GET /warm HTTP/1.1\r\nHost: h\r\n\r\n");
            served[i] = await hop.AcceptAsync();
            await served[i].ReadHeadAsync();
        }
        foreach (HttpClientSocket connection in served)
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        foreach (HttpClientSocket client in clients)
        {
            await client.ReadHeadAsync();
        }
        await hop.HasIdleAsync(WarmConnections);
        return served;
    }

    /// <summary>The one of the connections that has a request, which is read.</summary>
    private static async Task<HttpClientSocket> ServedAsync(HttpClientSocket[] connections, string start)
    {
        HttpClientSocket? served = null;
        await Eventually.TrueAsync(HopSettings.Patience, () => (served = Array.Find(connections, c => IsReadable(c))) is not null);
        Assert.StartsWith(start, await served!.ReadHeadAsync());
        return served;
    }

    private static bool IsReadable(HttpClientSocket connection)
    {
        try
        {
            return connection.Socket.Available > 0;
        }
        catch (Exception e) when (e is ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
