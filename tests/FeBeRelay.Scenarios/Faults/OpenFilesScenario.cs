using System.Net.Sockets;
using System.Text.RegularExpressions;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// More clients come than the nodes may open files for. As many as fit are served, the others are reset at once; the nodes live on, say what happened, and
/// serve everybody again when the crowd has gone. Without that, .NET ends a process that has no descriptor left ("Out of memory.").
/// </summary>
[Collection("two nodes")]
public sealed class OpenFilesScenario
{
    private const int OpenFiles = 600;
    private const int Crowd = 300;
    private const string Question = "GET / HTTP/1.1\r\nHost: owa\r\n\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crowd_beyond_the_limit_of_open_files_is_turned_away_and_the_nodes_live_on(bool isHttp)
    {
        Tool.Require("prlimit");
        using var server = new StubServer();
        Task serving = server.ServeAsync(AnswerAsync);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), OpenFiles = OpenFiles, IsHttp = isHttp }.StartAsync();

        Socket?[] crowd = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => TryConnectAsync(nodes)));
        int served = (await Task.WhenAll(crowd.Select(IsServedAsync))).Count(isServed => isServed);

        int most = DescriptorLimit.Connections(OpenFiles);
        Assert.InRange(served, most * 3 / 4, most);
        await nodes.Relay.WaitForAsync(@"\[1160\]");
        await nodes.Relay.WaitForAsync(@"\[1161\]");
        Array.ForEach(crowd, client => client?.Dispose());
        await UntilServedAsync(nodes);
        Socket[] after = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => nodes.ConnectAsync()));
        Assert.All(await Task.WhenAll(after.Select(IsServedAsync)), Assert.True);
        Array.ForEach(after, client => client.Dispose());
        server.Dispose();
        await serving;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_may_open_too_few_files_says_so_and_does_not_start()
    {
        Tool.Require("prlimit");
        await using NodePair nodes = new() { BackEnd = "127.0.0.1:9", OpenFiles = 300 };

        var error = await Assert.ThrowsAnyAsync<Exception>(nodes.StartListenerAsync);

        Assert.Matches(new Regex("may open 300 files and connections only.*LimitNOFILE", RegexOptions.Singleline), error.Message);
        Assert.Equal(1, await nodes.Listener.EndAsync());
    }

    /// <summary>The first connections after the crowd may meet one of its own that has not gone yet: at the relay, which resets them, or at the listener, which has an http endpoint answer 502.</summary>
    private static async Task UntilServedAsync(NodePair nodes)
    {
        bool isServed = false;
        while (!isServed)
        {
            using Socket? client = await TryConnectAsync(nodes);
            isServed = await IsServedAsync(client, "HTTP/1.1 502 Ba");
        }
    }

    /// <summary>Null where the reset was there before the connection was.</summary>
    private static async Task<Socket?> TryConnectAsync(NodePair nodes)
    {
        try
        {
            return await nodes.ConnectAsync();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>True where the whole answer came, false where the connection was reset before: nothing between.</summary>
    private static Task<bool> IsServedAsync(Socket? client) => IsServedAsync(client, refusal: null);

    private static async Task<bool> IsServedAsync(Socket? client, string? refusal)
    {
        if (client is null)
        {
            return false;
        }
        try
        {
            await client.SayAsync(Question);
            string heard = await client.HearAsync(15);
            if (heard == refusal)
            {
                return false;
            }
            Assert.Equal("HTTP/1.1 200 OK", heard);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task AnswerAsync(Socket socket)
    {
        try
        {
            string heard = "";
            for (string more; (more = await socket.HearAsync(1)).Length > 0;)
            {
                heard += more;
                if (heard.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    await socket.SayAsync(Answer);
                    heard = "";
                }
            }
        }
        catch (SocketException)
        {
            // Cut with its node.
        }
    }
}
