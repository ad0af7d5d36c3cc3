using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>When a node that has become quiet collects what its traffic left behind.</summary>
public sealed class QuietMemoryTests
{
    private const long Much = 100 << 20;

    [Fact]
    public void Behind_much_traffic_the_first_quiet_second_is_the_time_and_no_later_one()
    {
        var memory = new QuietMemory();
        Assert.False(memory.IsDue(Much, letGo: 0));
        Assert.False(memory.IsDue(2 * Much, letGo: 0));
        Assert.True(memory.IsDue(2 * Much + 1_000, letGo: 0));
        for (int second = 2; second < 1_000; second++)
        {
            Assert.False(memory.IsDue(2 * Much + second * 1_000, letGo: 0));
        }
    }

    [Fact]
    public void Buffers_that_are_let_go_count_once_the_last_of_them_is()
    {
        var memory = new QuietMemory();
        memory.IsDue(Much, letGo: 0);
        Assert.True(memory.IsDue(Much, letGo: 0));
        Assert.False(memory.IsDue(Much, letGo: 20 << 20));
        Assert.False(memory.IsDue(Much, letGo: 10 << 20));
        Assert.False(memory.IsDue(Much, letGo: 5 << 20));
        Assert.True(memory.IsDue(Much, letGo: 0));
    }

    [Fact]
    public void Who_makes_little_is_left_alone()
    {
        var memory = new QuietMemory();
        Assert.False(memory.IsDue(10 << 20, letGo: 0));
        Assert.False(memory.IsDue(10 << 20, letGo: 0));
    }
}
