using FeBeRelay.Protocol.QuickMode;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

public sealed class CounterWindowTests
{
    private readonly CounterWindow _window = new();

    [Fact]
    public void Zero_is_never_fresh() => Assert.False(_window.TryTake(0));

    [Fact]
    public void Each_counter_is_taken_once_in_any_order()
    {
        ulong[] counters = [.. Enumerable.Range(1, 3 * Limits.CounterWindow).Select(i => (ulong)i).Chunk(100).SelectMany(c => c.Reverse())];

        Assert.All(counters, counter => Assert.True(_window.TryTake(counter)));
        Assert.All(counters, counter => Assert.False(_window.TryTake(counter)));
    }

    [Theory]
    [InlineData(Limits.CounterWindow - 1, true)]
    [InlineData(Limits.CounterWindow, false)]
    [InlineData(Limits.CounterWindow + 1, false)]
    public void The_window_ends_8192_behind_the_highest(int behind, bool fresh)
    {
        const ulong Highest = 100_000;
        Assert.True(_window.TryTake(Highest));

        Assert.Equal(fresh, _window.TryTake(Highest - (ulong)behind));
    }

    [Theory]
    [InlineData(Limits.CounterWindow - 1)]
    [InlineData(Limits.CounterWindow)]
    [InlineData(Limits.CounterWindow + 1)]
    [InlineData(10 * Limits.CounterWindow)]
    public void A_jump_forgets_only_what_left_the_window(int jump)
    {
        for (ulong counter = 1; counter <= 64; counter++)
        {
            Assert.True(_window.TryTake(counter));
        }
        ulong highest = 64 + (ulong)jump;
        Assert.True(_window.TryTake(highest));

        // Old ones stay taken, the places that they had are free for the new ones.
        Assert.All(Enumerable.Range(1, 64), counter => Assert.False(_window.TryTake((ulong)counter)));
        ulong oldest = Math.Max(65, highest - Limits.CounterWindow + 1);
        for (ulong counter = oldest; counter < highest; counter++)
        {
            Assert.True(_window.TryTake(counter), $"{counter} is fresh");
        }
    }

    [Fact]
    public void The_highest_number_is_a_counter_like_others()
    {
        Assert.True(_window.TryTake(ulong.MaxValue));
        Assert.False(_window.TryTake(ulong.MaxValue));
        Assert.True(_window.TryTake(ulong.MaxValue - 1));
        Assert.False(_window.TryTake(1));
    }
}
