using FeBeRelay.Channel.Budgets;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Budgets;

public sealed class LogRationTests
{
    [Fact]
    public void So_many_lines_a_minute_and_the_number_of_the_others_with_the_next()
    {
        var time = new FakeTimeProvider();
        var ration = new LogRation(2, time);

        bool[] written = [.. Enumerable.Range(0, 5).Select(_ => ration.TryTake(out long held) && held == 0)];
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([true, true, false, false, false], written);
        Assert.True(ration.TryTake(out long held));
        Assert.Equal(3, held);
        Assert.True(ration.TryTake(out held));
        Assert.Equal(0, held);
    }
}
