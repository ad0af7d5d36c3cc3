using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// One of two nodes has less memory than what a crowd wants to have carried. Every stream comes out whole, or is cut so that both applications see it; the other node
/// lives on, and there is service again when the limited one is back.
/// </summary>
[Collection("two nodes")]
public sealed class MemoryLimitScenario : IDisposable
{
    private const int Crowd = 100;
    private const int Few = 10;
    private const string ToldOutOfMemory = "Node: the node is out of memory";

    private static readonly TimeSpan GrowsAfter = TimeSpan.FromSeconds(5);

    private readonly StubServer _server = new();
    private Standoff _standoff = new();

    public MemoryLimitScenario() => _ = _server.ServeAsync(socket => _standoff.ServeAsync(socket));

    /// <summary>The runtime knows the limit, and mostly cuts single streams; now and then it needs memory itself, and ends the process.</summary>
    [Theory(Timeout = 180_000)]
    [InlineData("be1")]
    [InlineData("fe1")]
    public async Task A_node_whose_heap_is_limited_cuts_what_does_not_fit(string limited)
    {
        Tool.Require();
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(_server.EndPoint),
            Environment = node => node == limited ? new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x1400000" } : [],
        }.StartAsync();

        await AssertServedAsync(nodes, limited);
        await AssertSurvivedAsync(nodes, limited);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("be1")]
    [InlineData("fe1")]
    public async Task A_node_that_gets_no_more_memory_cuts_what_it_carried(string limited)
    {
        Tool.Require("prlimit");
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(_server.EndPoint) }.StartAsync();

        await AssertServedAsync(nodes, limited);
        await Of(nodes, limited).LimitMemoryAsync(more: 4);
        await AssertSurvivedAsync(nodes, limited);
    }

    /// <summary>Which comes first, the runtime's limit (three quarters of the group's) or the kernel, is open.</summary>
    [Fact(Timeout = 180_000)]
    public async Task A_node_in_a_group_with_too_little_memory_cuts_what_does_not_fit_or_is_killed()
    {
        Tool.Require();
        MemoryGroup.Require();
        using var memory = new MemoryGroup(mebibytes: 64);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(_server.EndPoint), ListenerMemory = memory }.StartAsync();

        await AssertServedAsync(nodes, "be1");
        await AssertSurvivedAsync(nodes, "be1");
    }

    public void Dispose() => _server.Dispose();

    private static NodeProcess Of(NodePair nodes, string node) => node == "be1" ? nodes.Listener : nodes.Relay;

    /// <summary>A crowd that grows until the limit shows. A node that it ended is started again, as by a service manager.</summary>
    private async Task AssertSurvivedAsync(NodePair nodes, string limited)
    {
        _standoff = new Standoff();
        Task<int> ending = Of(nodes, limited).EndAsync();
        Task shown = Task.WhenAny(ending, Of(nodes, limited).WaitForAsync(ToldOutOfMemory));
        List<Task> clients = [];
        do
        {
            clients.AddRange(_standoff.Begin(nodes, Crowd));
        }
        while (await Task.WhenAny(shown, Task.Delay(GrowsAfter, TestContext.Current.CancellationToken)) != shown);

        _standoff.Listen();
        await _standoff.OverAsync([.. clients]);

        string end = ending.IsCompleted ? $"ended with {await ending}" : "lived on";
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{limited} {end}: {_standoff.Whole} ends heard all, {_standoff.Cut} saw an error, {_standoff.Violations.Count} violations");
        Assert.Empty(_standoff.Violations);
        Assert.InRange(_standoff.Cut, 1, int.MaxValue);
        Assert.True(Of(nodes, limited == "be1" ? "fe1" : "be1").IsAlive);
        await AssertServedAsync(nodes, limited);
    }

    /// <summary>The first after the crowd may yet meet what it left, and a node without memory may end late.</summary>
    private async Task AssertServedAsync(NodePair nodes, string limited)
    {
        do
        {
            if (!Of(nodes, limited).IsAlive)
            {
                await RestartAsync(nodes, limited);
            }
            _standoff = new Standoff();
            _standoff.Listen();
            await _standoff.OverAsync(_standoff.Begin(nodes, Few));
            Assert.Empty(_standoff.Violations);
        }
        while (_standoff.Whole < 2 * Few);
    }

    private static async Task RestartAsync(NodePair nodes, string node)
    {
        await Of(nodes, node).DisposeAsync();
        await (node == "be1" ? nodes.StartListenerAsync() : nodes.StartRelayAsync());
    }
}
