using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;

namespace FeBeRelay.Channel.Connections;

/// <summary>
/// A channel that waits in the pool, watched: a close, an ask or the end of the connection takes it out before anybody uses it. Renting it and
/// the watch exclude each other, since a channel has one reader. Used for one idle time. Thread-safe.
/// </summary>
internal sealed class PooledChannel
{
    private readonly Action<PooledChannel> _lost;
    private readonly Lock _lock = new();
    private State _state = State.Rented;
    private TaskCompletionSource? _looked;

    private enum State
    {
        /// <summary>To be had.</summary>
        Idle,
        /// <summary>Somebody's.</summary>
        Rented,
        /// <summary>The watch reads what is there, which takes no time to speak of.</summary>
        Looking,
        /// <summary>The watch has a part of a record, and waits for the rest.</summary>
        HasPart,
    }

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

    /// <summary>
    /// Starts the idle time; false where the channel is over. What came together with the last stream's end is taken first: nothing announces it any more.
    /// </summary>
    public bool TryPark()
    {
        if (!TakeRecords() || WaitForNews() is not { } news)
        {
            return false;
        }
        Leave(State.Idle);
        _ = WatchAsync(news);
        return true;
    }

    /// <summary>Takes the channel for a stream, or to close it; false when it is just being looked after, or gone.</summary>
    /// <param name="looking">Where the watch just reads what has come: done when it has read it, and the channel perhaps to be had.</param>
    public bool TryRent(out Task? looking)
    {
        lock (_lock)
        {
            looking = _state == State.Looking ? (_looked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
            return TryMove(State.Rented);
        }
    }

    /// <summary>Takes it out of the pool for good, to close it; false as <see cref="TryRent"/>.</summary>
    public bool TryTakeOut()
    {
        bool taken = TryMove(State.Rented);
        IsLost |= taken;
        return taken;
    }

    /// <summary>Each wait begins before the channel may be rented: from then on the renter is its only reader.</summary>
    private async Task WatchAsync(Task news)
    {
        while (true)
        {
            bool alive = await IsReadableAsync(news).ConfigureAwait(false);
            if (!TryMove(State.Looking))
            {
                return;
            }
            if (!alive || !await TakeNewsAsync().ConfigureAwait(false) || WaitForNews() is not { } next)
            {
                IsLost = true;
                Leave(State.Rented);
                _lost(this);
                await Channel.CloseAsync().ConfigureAwait(false);
                return;
            }
            news = next;
            Leave(State.Idle);
        }
    }

    /// <summary>Null where the channel is over, or somebody else reads it, who is closing it then.</summary>
    private Task? WaitForNews()
    {
        try
        {
            return Channel.WaitReadableAsync();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<bool> IsReadableAsync(Task news)
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

    /// <summary>Reads what came while the channel was idle; false when it is over.</summary>
    private async Task<bool> TakeNewsAsync()
    {
        try
        {
            do
            {
                if (Channel.HasPart)
                {
                    Leave(State.HasPart);
                }
                await Channel.FillAsync().ConfigureAwait(false);
                if (!TakeRecords())
                {
                    return false;
                }
            }
            while (Channel.HasPart);
            return true;
        }
        catch (Exception e) when (e is SocketException or ProtocolException or InvalidOperationException)
        {
            await Channel.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Takes the records that are here; false when the channel is over. Only control records may come.</summary>
    private bool TakeRecords()
    {
        try
        {
            return !Channel.TryRead(out ReceivedRecord _) && !Channel.IsAskedToClose;
        }
        catch (Exception e) when (e is ProtocolException or ObjectDisposedException)
        {
            return false;
        }
    }

    private bool TryMove(State to)
    {
        lock (_lock)
        {
            bool idle = _state == State.Idle;
            _state = idle ? to : _state;
            return idle;
        }
    }

    private void Leave(State to)
    {
        TaskCompletionSource? looked;
        lock (_lock)
        {
            _state = to;
            (looked, _looked) = (_looked, null);
        }
        looked?.SetResult();
    }
}
