using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>
/// A node is replaced under load: a second process is started with the same listening sockets, and when it is ready the first is told to stop. Nobody is
/// refused, and no request fails: neither of those who make a connection for each request of a stream endpoint, nor of those who keep their connection to an
/// http endpoint and ask again only where it ended before a byte of the answer.
/// </summary>
[Collection("two nodes")]
public sealed class TakeOverScenario
{
    private const int Crowd = 8;

    [Theory(Timeout = 180_000)]
    [InlineData(false)]
    [InlineData(true)]
    public Task No_request_fails_while_the_nodes_are_replaced_in_turn(bool isHttp) => RunAsync(isHttp, times: 2);

    [Theory(Timeout = 900_000, Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public Task No_request_fails_while_the_nodes_are_replaced_twenty_times_each(bool isHttp) => RunAsync(isHttp, times: 20);

    private static async Task RunAsync(bool isHttp, int times)
    {
        Tool.Require();
        using var server = new StubServer();
        Task serving = server.ServeAsync(AskingClient.AnswerAsync);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), IsHttp = isHttp, HoldsSockets = true }.StartAsync();
        using var over = new CancellationTokenSource();
        var crowd = Enumerable.Range(0, Crowd).Select(_ => new AskingClient(nodes.EndPoint, keepsAlive: isHttp)).ToList();
        Task asking = Task.WhenAll(crowd.Select(c => c.AskAsync(over.Token)));

        for (int i = 0; i < times; i++)
        {
            await ReplaceAsync(nodes.Relay, nodes.StartRelayAsync, crowd, asking);
            await ReplaceAsync(nodes.Listener, nodes.StartListenerAsync, crowd, asking);
        }
        await AnswersAsync(crowd, asking);
        await over.CancelAsync();
        await asking;

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{(isHttp ? "http" : "stream")}: {times} restarts of each node, {crowd.Sum(c => c.Answers)} answers, {crowd.Sum(c => c.Repeats)} asked again unanswered, 0 failed");
        server.Dispose();
        await serving;
    }

    private static async Task ReplaceAsync(NodeProcess old, Func<Task> start, List<AskingClient> crowd, Task asking)
    {
        await using NodeProcess owned = old;
        await AnswersAsync(crowd, asking);
        await start();
        await AnswersAsync(crowd, asking);
        await old.TerminateAsync();
        Assert.Equal(0, await old.EndAsync());
    }

    /// <summary>Waits until everybody has had some more answers; a request that failed fails the test.</summary>
    private static async Task AnswersAsync(List<AskingClient> crowd, Task asking)
    {
        int[] then = [.. crowd.Select(c => c.Answers)];
        while (crowd.Where((c, i) => c.Answers < then[i] + 10).Any())
        {
            if (asking.IsCompleted)
            {
                await asking;
            }
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
