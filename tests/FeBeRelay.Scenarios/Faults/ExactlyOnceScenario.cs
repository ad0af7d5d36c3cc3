using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// A crowd gives numbered orders through two nodes to a back end, each a process of its own, while one of the three is killed (-9) or stopped for a moment, or the way between
/// the nodes is cut, reset or holds everything back. No order is carried out twice, no byte is changed, and what is short never looks like a whole.
/// </summary>
[Collection("two nodes")]
public sealed class ExactlyOnceScenario
{
    private const int Crowd = 6;
    private const int BetweenFaults = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>102 kills in the two.</summary>
    [Theory(Timeout = 240_000)]
    [InlineData(false)]
    [InlineData(true)]
    public Task Killing_nodes_and_back_end_loses_no_order_silently_and_doubles_none(bool isHttp) => RunAsync(isHttp, 17, KillsAsync);

    /// <summary>By hand, with figures: 1.5 s for each kill on a quiet machine, twice as long on a busy one.</summary>
    [Theory(Explicit = true, Timeout = 10_800_000)]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_same_for_500_kills_of_each(bool isHttp) => RunAsync(isHttp, 500, KillsAsync);

    /// <summary>204 faults in the two.</summary>
    [Theory(Timeout = 240_000)]
    [InlineData(false)]
    [InlineData(true)]
    public Task Stopped_processes_and_a_way_that_cuts_resets_and_holds_lose_no_order_silently_and_double_none(bool isHttp) => RunAsync(isHttp, 17, FaultsAsync);

    private static async Task RunAsync(bool isHttp, int rounds, Func<Site, Func<Func<Task>, Task>, Task> faultsAsync)
    {
        Tool.Require("python3");
        using var server = new OrderServer();
        await server.StartAsync();
        FaultyWay? way = null;
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            IsHttp = isHttp,
            Way = nodePort => (way ??= new FaultyWay(nodePort)).EndPoint,
        }.StartAsync();
        using FaultyWay used = way!;
        var crowd = new OrderCrowd(nodes);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] giving = [.. Enumerable.Range(0, Crowd).Select(_ => Task.Run(() => crowd.GiveOrdersAsync(over.Token)))];
        int faults = 0;

        for (int round = 0; round < rounds; round++)
        {
            await faultsAsync(new Site(server, nodes, used), async fault =>
            {
                // The next fault comes when things work again.
                await MoreAsync(crowd);
                await fault();
                faults++;
            });
        }

        await MoreAsync(crowd);
        await over.CancelAsync();
        await Task.WhenAll(giving);
        IReadOnlyCollection<string> violations = crowd.Violations(server.ReadLedger());
        TestContext.Current.TestOutputHelper!.WriteLine($"{faults} faults: {crowd.Complete} orders answered, {crowd.Cut} cut, {violations.Count} violations");
        Assert.Empty(violations);
        Assert.InRange(crowd.Cut, 1, int.MaxValue);
    }

    private static async Task KillsAsync(Site site, Func<Func<Task>, Task> haveAsync)
    {
        await haveAsync(() => RestartAsync(site.Nodes.Listener, site.Nodes.StartListenerAsync));
        await haveAsync(site.Server.RestartAsync);
        await haveAsync(() => RestartAsync(site.Nodes.Relay, site.Nodes.StartRelayAsync));
    }

    private static async Task FaultsAsync(Site site, Func<Func<Task>, Task> haveAsync)
    {
        await haveAsync(() => Done(() => site.Way.Cut(withReset: false)));
        await haveAsync(() => PauseAsync(site.Nodes.Listener.SignalAsync));
        await haveAsync(() => Done(() => site.Way.Cut(withReset: true)));
        await haveAsync(() => PauseAsync(site.Nodes.Relay.SignalAsync));
        await haveAsync(async () =>
        {
            site.Way.Hold();
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
            site.Way.Cut(withReset: false);
            site.Way.Release();
        });
        await haveAsync(() => PauseAsync(site.Server.SignalAsync));
    }

    private static Task Done(Action fault)
    {
        fault();
        return Task.CompletedTask;
    }

    private static async Task PauseAsync(Func<string, Task> signalAsync)
    {
        await signalAsync("STOP");
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        await signalAsync("CONT");
    }

    private static async Task RestartAsync(NodeProcess running, Func<Task> start)
    {
        await running.KillAsync();
        await running.DisposeAsync();
        await start();
    }

    private static async Task MoreAsync(OrderCrowd crowd)
    {
        int then = crowd.Complete;
        while (crowd.Complete < then + BetweenFaults)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private sealed record Site(OrderServer Server, NodePair Nodes, FaultyWay Way);
}
