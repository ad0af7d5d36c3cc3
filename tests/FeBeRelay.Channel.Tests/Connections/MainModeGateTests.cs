using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using Xunit;

namespace FeBeRelay.Channel.Tests.Connections;

/// <summary>How many main modes towards one peer are in flight, and who waits for which.</summary>
public sealed class MainModeGateTests
{
    private const uint Unlimited = 0;

    private readonly MainModeGate _gate = new();

    [Fact]
    public void One_main_mode_suffices_where_its_association_is_good_for_everybody()
    {
        MainModeRun run = Enter(Unlimited);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Same(run.Outcome, Wait(Unlimited));
        }
    }

    [Fact]
    public void No_more_wait_for_a_main_mode_than_its_association_is_good_for()
    {
        MainModeRun first = Enter(quickModes: 3);
        Assert.Same(first.Outcome, Wait(quickModes: 3));
        Assert.Same(first.Outcome, Wait(quickModes: 3));

        MainModeRun second = Enter(quickModes: 3);
        Assert.Same(second.Outcome, Wait(quickModes: 3));
        Assert.Same(first.Outcome, _gate.Running);
    }

    [Fact]
    public void Beyond_the_most_everybody_waits_for_the_first()
    {
        MainModeRun[] runs = [.. Enumerable.Range(0, MainModeGate.Most).Select(_ => Enter(quickModes: 1))];
        Assert.Same(runs[0].Outcome, Wait(quickModes: 1));

        _gate.Fail(runs[0], new IOException("gone"));
        Enter(quickModes: 1);
        Assert.Same(runs[1].Outcome, Wait(quickModes: 1));
    }

    [Fact]
    public async Task A_failure_is_that_of_those_who_wait_for_it_and_of_nobody_else()
    {
        MainModeRun failing = Enter(quickModes: 2);
        Task<Association> waiting = Wait(quickModes: 2);
        MainModeRun other = Enter(quickModes: 2);

        _gate.Fail(failing, new IOException("gone"));

        await Assert.ThrowsAsync<IOException>(() => waiting);
        Assert.False(other.Outcome.IsCompleted);
        Assert.Same(other.Outcome, _gate.Running);
    }

    [Fact]
    public void A_run_ends_once()
    {
        MainModeRun run = Enter(Unlimited);
        _gate.Fail(run, new IOException("gone"));
        Assert.Throws<InvalidOperationException>(() => _gate.Fail(run, new IOException("again")));
        Assert.Null(_gate.Running);
    }

    private MainModeRun Enter(uint quickModes)
    {
        Assert.True(_gate.TryEnter(quickModes, out MainModeRun? own, out _));
        return own;
    }

    private Task<Association> Wait(uint quickModes)
    {
        Assert.False(_gate.TryEnter(quickModes, out _, out Task<Association>? outcome));
        return outcome;
    }
}
