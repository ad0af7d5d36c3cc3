using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// A crowd gives orders through two nodes while these are killed, started again and stopped for a moment, and the back end crashes now and then. Each order is answered in
/// full, or its giver sees an error: none is carried out twice, none is changed, none is short with a clean end.
/// </summary>
[Collection("two nodes")]
public sealed class InterruptedTransferScenario
{
    private const int Crowd = 6;
    private const int BetweenFaults = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [Fact(Timeout = 180_000)]
    public async Task Orders_are_answered_in_full_or_end_in_an_error_whatever_is_killed() => await RunAsync(rounds: 2);

    /// <summary>Some minutes, with figures.</summary>
    [Fact(Explicit = true, Timeout = 900_000)]
    public async Task The_same_for_a_hundred_kills_of_each_node() => await RunAsync(rounds: 100);

    private static async Task RunAsync(int rounds)
    {
        Tool.Require();
        var book = new OrderBook();
        using var server = new StubServer();
        Task serving = server.ServeAsync(book.CarryOutAsync);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] crowd = [.. Enumerable.Range(0, Crowd).Select(_ => Task.Run(() => book.GiveOrdersAsync(nodes, over.Token)))];

        for (int round = 0; round < rounds; round++)
        {
            await MoreAsync(book);
            await RestartAsync(nodes.Listener, nodes.StartListenerAsync);
            await MoreAsync(book);
            await RestartAsync(nodes.Relay, nodes.StartRelayAsync);
            await MoreAsync(book);
            await StopForAMomentAsync(nodes.Listener);
            await StopForAMomentAsync(nodes.Relay);
        }

        await MoreAsync(book);
        await over.CancelAsync();
        await Task.WhenAll(crowd);
        TestContext.Current.TestOutputHelper!.WriteLine($"{rounds} kills of each node: {book.Complete} orders answered, {book.Cut} cut, {book.Violations.Count} violations");
        Assert.Empty(book.Violations);
        Assert.InRange(book.Cut, 1, int.MaxValue);
        server.Dispose();
        await serving;
    }

    private static async Task RestartAsync(NodeProcess running, Func<Task> start)
    {
        await running.KillAsync();
        await running.DisposeAsync();
        await start();
    }

    private static async Task StopForAMomentAsync(NodeProcess node)
    {
        await node.SignalAsync("STOP");
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        await node.SignalAsync("CONT");
    }

    /// <summary>The next fault comes when things work again.</summary>
    private static async Task MoreAsync(OrderBook book)
    {
        int then = book.Complete;
        while (book.Complete < then + BetweenFaults)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
