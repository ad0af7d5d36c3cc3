using FeBeRelay.Relay.Tests.Http.Logon;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>Exchanges that share back-end connections one after another do not disturb each other.</summary>
public sealed class NeighbourTests
{
    private const int Clients = 8;
    private const int Requests = 150;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_when_it_has_its_answer_cuts_nobody_elses_exchange(bool byReset)
    {
        using var backEnd = new LogonBackEnd();
        await using var nodes = new HttpNodes();
        await nodes.StartAsync(backEnd.EndPoint);
        await Task.WhenAll([
            .. Enumerable.Range(0, Clients).Select(_ => Task.Run(() => LeaveAsync(nodes, byReset))),
            .. Enumerable.Range(0, Clients).Select(_ => Task.Run(() => StayAsync(nodes)))]);
    }

    private static async Task LeaveAsync(HttpNodes nodes, bool byReset)
    {
        for (int i = 0; i < Requests; i++)
        {
            using HttpClientSocket client = await nodes.ConnectAsync();
            await client.SendAsync("GET /public HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync());
            if (byReset)
            {
                client.Reset();
            }
        }
    }

    /// <summary>With requests that are never sent twice.</summary>
    private static async Task StayAsync(HttpNodes nodes)
    {
        using HttpClientSocket client = await nodes.ConnectAsync();
        for (int i = 0; i < Requests; i++)
        {
            await client.SendAsync("POST /public HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
            string head = await client.ReadHeadAsync();
            Assert.True(head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal), head);
        }
    }
}
