namespace FeBeRelay.Channel.Connections;

/// <summary>A channel in use for one stream. Given back when that ended cleanly, else ended by who has it.</summary>
public sealed class RentedChannel
{
    private readonly ChannelPool _pool;

    internal RentedChannel(ChannelPool pool, SecureChannel channel)
    {
        _pool = pool;
        Channel = channel;
    }

    /// <summary>The channel.</summary>
    public SecureChannel Channel { get; }

    /// <summary>Gives the channel back, when its stream ended cleanly in both directions.</summary>
    public void Return() => _pool.Return(Channel);
}
