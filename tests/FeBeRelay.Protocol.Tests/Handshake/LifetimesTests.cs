using FeBeRelay.Protocol.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

public sealed class LifetimesTests
{
    [Fact]
    public void No_limit_of_quick_modes_is_the_longest()
    {
        var none = new Lifetimes(10, 0, 10, 1_024);
        var most = new Lifetimes(10, uint.MaxValue, 10, 1_024);

        Assert.Equal(most, none.Shorter(most));
        Assert.Equal(most, most.Shorter(none));
        Assert.Equal(none, none.Shorter(none));
        Assert.True(most.IsWithin(none));
        Assert.False(none.IsWithin(most));
    }

    [Theory]
    [InlineData(9, 10, 1_024)]
    [InlineData(604_801, 10, 1_024)]
    [InlineData(10, 9, 1_024)]
    [InlineData(10, 86_401, 1_024)]
    [InlineData(10, 10, 1_023)]
    [InlineData(10, 10, 16_777_217)]
    public void A_figure_out_of_range_cannot_be_made(uint associationSeconds, uint keySeconds, uint keyKilobytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lifetimes(associationSeconds, 0, keySeconds, keyKilobytes));

    [Fact]
    public void The_ends_of_the_ranges_can()
    {
        Assert.NotNull(new Lifetimes(10, uint.MaxValue, 10, 1_024));
        Assert.NotNull(new Lifetimes(604_800, 0, 86_400, 16_777_216));
    }
}
