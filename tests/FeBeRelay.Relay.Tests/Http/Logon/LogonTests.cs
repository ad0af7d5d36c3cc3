using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Logon;

/// <summary>Nobody is answered under another's name.</summary>
public sealed class LogonTests
{
    private const int Users = 32;
    private const int Others = 16;
    private const int Requests = 20;

    [Fact]
    public async Task Users_with_connection_bound_logons_and_clients_without_do_not_mix()
    {
        using var one = new LogonBackEnd();
        using var two = new LogonBackEnd();
        await using ITestedProxy nodes = HopSettings.ProxyFor(new HttpNodes { Settings = { ["ReverseProxy:Clusters:mail:LoadBalancingPolicy"] = "RoundRobin" } });
        await nodes.StartAsync(one.EndPoint, two.EndPoint);
        await Task.WhenAll([
            .. Enumerable.Range(0, Users).Select(i => BeUserAsync(nodes, $"user{i}", i % 2 == 0 ? "NTLM" : "Negotiate")),
            .. Enumerable.Range(0, Others).Select(_ => BeNobodyAsync(nodes))]);
        // Behind them all: whatever connection waits is nobody's.
        await Task.WhenAll(Enumerable.Range(0, Others).Select(_ => BeNobodyAsync(nodes)));
    }

    private static async Task BeUserAsync(ITestedProxy nodes, string name, string scheme)
    {
        // Twice, on a connection each: a logon ends with its client's connection.
        for (int round = 0; round < 2; round++)
        {
            using HttpClientSocket client = await nodes.ConnectAsync();
            Assert.Equal((401, "nobody"), await AskAsync(client, "/private"));
            Assert.Equal((401, "nobody"), await AskAsync(client, "/private", $"Authorization: {scheme} one-{name}\r\n"));
            Assert.Equal((200, name), await AskAsync(client, "/private", $"Authorization: {scheme} three-{name}\r\n"));
            for (int i = 0; i < Requests; i++)
            {
                Assert.Equal((200, name), await AskAsync(client, "/private"));
            }
        }
    }

    private static async Task BeNobodyAsync(ITestedProxy nodes)
    {
        for (int round = 0; round < 3; round++)
        {
            using HttpClientSocket client = await nodes.ConnectAsync();
            for (int i = 0; i < Requests; i++)
            {
                Assert.Equal((200, "nobody"), await AskAsync(client, "/public"));
            }
        }
    }

    private static async Task<(int Status, string User)> AskAsync(HttpClientSocket client, string target, string fields = "")
    {
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        string[] lines = (await client.ReadHeadAsync()).Split("\r\n");
        return (int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), lines.First(l => l.StartsWith("X-User: ", StringComparison.Ordinal))[8..]);
    }
}
