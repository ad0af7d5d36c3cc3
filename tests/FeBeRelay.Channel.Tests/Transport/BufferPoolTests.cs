using FeBeRelay.Channel.Transport;
using Xunit;

namespace FeBeRelay.Channel.Tests.Transport;

/// <summary>What a pool of buffers keeps, and what it lets go of.</summary>
public sealed class BufferPoolTests
{
    private const int Size = 16;

    [Fact]
    public void A_buffer_that_came_back_is_given_again()
    {
        var pool = new BufferPool(Size, spare: 1, most: 2);
        byte[] buffer = pool.Rent();
        Assert.Equal(Size, buffer.Length);
        pool.Return(buffer);
        Assert.Same(buffer, pool.Rent());
    }

    [Fact]
    public void No_more_than_the_most_are_kept()
    {
        var pool = new BufferPool(Size, spare: 1, most: 2);
        byte[][] buffers = Rent(pool, 3);
        Return(pool, buffers);
        Assert.Equal(2, buffers.Intersect(Rent(pool, 3)).Count());
    }

    [Fact]
    public void A_trim_drops_half_of_what_was_not_needed_since_the_last_one()
    {
        var pool = new BufferPool(Size, spare: 2, most: 100);
        Return(pool, Rent(pool, 42));
        Assert.Equal(0, pool.Trim()); // all of them were in use since the last one
        Assert.Equal(20 * Size, pool.Trim());
        Assert.Equal(10 * Size, pool.Trim());
    }

    [Fact]
    public void What_is_needed_between_two_trims_is_kept()
    {
        var pool = new BufferPool(Size, spare: 0, most: 100);
        Return(pool, Rent(pool, 40));
        pool.Trim();
        for (int round = 0; round < 10; round++)
        {
            Return(pool, Rent(pool, 40));
            Assert.Equal(0, pool.Trim());
        }
    }

    [Fact]
    public void The_spare_ones_are_kept_for_ever()
    {
        var pool = new BufferPool(Size, spare: 3, most: 100);
        byte[][] buffers = Rent(pool, 10);
        Return(pool, buffers);
        for (int round = 0; round < 20; round++)
        {
            pool.Trim();
        }
        Assert.Equal(3, buffers.Intersect(Rent(pool, 10)).Count());
    }

    private static byte[][] Rent(BufferPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.Rent())];

    private static void Return(BufferPool pool, byte[][] buffers)
    {
        foreach (byte[] buffer in buffers)
        {
            pool.Return(buffer);
        }
    }
}
