using FeBeRelay.Channel;
using FeBeRelay.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>The clock of two nodes, moved by the test.</summary>
internal sealed class NodeClock : SettableClock
{
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);

    // The nodes' timer.
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    private const int MostTicks = 200;
    private const int ArrivalMilliseconds = 100;
    private const int PatienceMilliseconds = 20_000;

    /// <summary>
    /// Moves tick by tick. What a tick starts gets real time to arrive, and new keys the time that they take: on a busy machine the clock's deadlines
    /// would else pass in no time.
    /// </summary>
    public Task AdvanceUntilAsync(TestNodes nodes, Func<bool> condition, TimeSpan? tick = null) => AdvanceUntilAsync([nodes.Relay, nodes.Listener], condition, tick);

    /// <inheritdoc cref="AdvanceUntilAsync(TestNodes, Func{bool}, TimeSpan?)"/>
    public async Task AdvanceUntilAsync(IReadOnlyList<Node> nodes, Func<bool> condition, TimeSpan? tick = null)
    {
        for (int i = 0; i < MostTicks && !Holds(condition); i++)
        {
            for (TimeSpan passed = TimeSpan.Zero; passed < (tick ?? Tick); passed += Sweep)
            {
                Advance(Sweep);
                await WaitAsync(PatienceMilliseconds, () => !IsUnderWay(nodes));
            }
            await WaitAsync(ArrivalMilliseconds, () => Holds(condition));
        }
        Assert.True(Holds(condition), $"it did not come about in {MostTicks} ticks; channels: {string.Join("; ", ChannelsOf(nodes).Select(Describe))}");
    }

    /// <summary>Until the only channel is parked both ways, as both ends know.</summary>
    public Task ParkedAsync(TestNodes nodes) => ParkedAsync([nodes.Relay, nodes.Listener]);

    /// <inheritdoc cref="ParkedAsync(TestNodes)"/>
    public Task ParkedAsync(IReadOnlyList<Node> nodes) => AdvanceUntilAsync(nodes, () => ChannelsOf(nodes).All(c => c.IsParked && c.IsParkedByPeer) && ChannelsOf(nodes).Count() == 2);

    private static string Describe(SecureChannel channel) =>
        $"{channel.Role}, stream {channel.StreamNumber}, idle {channel.IsIdle}, {channel.QuickModes} quick modes, {channel.KeyUpdates} key updates, parked {channel.IsParked}/{channel.IsParkedByPeer}, "
        + $"exchange {channel.Core.Exchange.Phase}, association {channel.Association.Id[..6]} with {channel.Association.QuickModes} quick modes";

    private static async Task WaitAsync(int milliseconds, Func<bool> until)
    {
        for (long start = Environment.TickCount64; !until() && Environment.TickCount64 - start < milliseconds;)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static bool IsUnderWay(IReadOnlyList<Node> nodes) => ChannelsOf(nodes).Any(c => c.Rekeying.IsUnderWay);

    private static IEnumerable<SecureChannel> ChannelsOf(IReadOnlyList<Node> nodes) => nodes.SelectMany(n => n.Associations.All).SelectMany(a => a.Channels);

    /// <summary>A channel on its way from one association to the next can be seen under both, or none.</summary>
    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
