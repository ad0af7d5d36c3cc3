using FeBeRelay.Protocol;

namespace FeBeRelay.Channel.Connections;

/// <summary>A channel in use for one stream. Given back whole, or ended.</summary>
public sealed class RentedChannel
{
    private readonly ChannelPool _pool;

    internal RentedChannel(ChannelPool pool, SecureChannel channel, Task readyToRead)
    {
        _pool = pool;
        Channel = channel;
        ReadyToRead = readyToRead;
    }

    /// <summary>The channel.</summary>
    public SecureChannel Channel { get; }

    /// <summary>To be awaited before the first read: the pool's watch may still hold the connection's receive.</summary>
    public Task ReadyToRead { get; }

    /// <summary>Gives the channel back, when its stream ended cleanly in both directions.</summary>
    public void Return() => _pool.Return(Channel);

    /// <summary>Ends the channel, because its stream did not end cleanly.</summary>
    public ValueTask AbortAsync(ErrorCode code) => Channel.AbortAsync(code);
}
