using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;

namespace FeBeRelay.Channel.Connections;

/// <summary>
/// A channel that waits in the pool, watched: a close, an ask or the end of the connection takes it out before anybody uses it. Renting it and
/// the watch exclude each other.
/// </summary>
internal sealed class PooledChannel
{
    private const int Idle = 0;
    private const int Rented = 1;
    private const int Busy = 2;

    private readonly Action<PooledChannel> _lost;
    private int _state = Rented;

    /// <param name="channel">The channel, not in use.</param>
    /// <param name="lost">Called once when the channel is found dead or was closed while it was idle.</param>
    public PooledChannel(SecureChannel channel, Action<PooledChannel> lost)
    {
        Channel = channel;
        _lost = lost;
    }

    public SecureChannel Channel { get; }

    /// <summary>The channel is over: the pool forgets it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Starts the idle time.</summary>
    public void Park()
    {
        Task news = Channel.WaitReadableAsync();
        Volatile.Write(ref _state, Idle);
        _ = WatchAsync(news);
    }

    /// <summary>Takes the channel for a stream, or to close it; false when it is just being looked after, or gone.</summary>
    public bool TryRent() => Interlocked.CompareExchange(ref _state, Rented, Idle) == Idle;

    /// <summary>Each wait begins before the channel may be rented: from then on the renter is its only reader.</summary>
    private async Task WatchAsync(Task news)
    {
        while (true)
        {
            bool alive = await WaitAsync(news).ConfigureAwait(false);
            if (Interlocked.CompareExchange(ref _state, Busy, Idle) != Idle)
            {
                return;
            }
            if (!alive || !await TakeNewsAsync().ConfigureAwait(false))
            {
                IsLost = true;
                _lost(this);
                return;
            }
            news = Channel.WaitReadableAsync();
            Volatile.Write(ref _state, Idle);
        }
    }

    private static async Task<bool> WaitAsync(Task news)
    {
        try
        {
            await news.ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Reads what came while the channel was idle; false when it is over. Only control records may come.</summary>
    private async Task<bool> TakeNewsAsync()
    {
        try
        {
            await Channel.FillAsync().ConfigureAwait(false);
            bool lawful = !Channel.TryRead(out ReceivedRecord _);
            if (lawful && !Channel.IsAskedToClose)
            {
                return true;
            }
            await Channel.CloseAsync().ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is SocketException or ProtocolException or ObjectDisposedException)
        {
            await Channel.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }
}
