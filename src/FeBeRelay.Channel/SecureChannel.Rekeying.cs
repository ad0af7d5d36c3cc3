using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Rekeying;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;

namespace FeBeRelay.Channel;

/// <content>New keys, parking and un-parking of a live channel (6). What starts them is in <see cref="ChannelRekeying"/>.</content>
public sealed partial class SecureChannel
{
    private ChannelRekeying? _rekeying;

    /// <summary>In-band quick modes so far.</summary>
    public long QuickModes => _core.Exchange.Completed;

    /// <summary>Whether this end's direction is parked: the next stream record waits for new keys.</summary>
    public bool IsParked => _core.Sender.IsParked;

    /// <summary>Whether the peer has parked its direction.</summary>
    public bool IsParkedByPeer => _core.Receiver.IsParked;

    /// <summary>Age of the present keys: the time since the last quick mode.</summary>
    public TimeSpan KeyAge => Volatile.Read(ref _rekeying)?.Age ?? TimeSpan.Zero;

    /// <summary>When new keys are due; null where they are made on demand, both directions being parked.</summary>
    public TimeSpan? KeysDueIn => Volatile.Read(ref _rekeying)?.DueIn;

    /// <summary>Makes new keys now, or asks the initiator to: in-band quick mode. Where none can be made the present ones stay.</summary>
    public void Rekey() => Volatile.Read(ref _rekeying)?.Renew();

    /// <summary>
    /// Whether who carries the present stream goes on reading while it waits to send. Only then is this end's direction parked while a stream is open: the new
    /// keys that un-park it come among what is read.
    /// </summary>
    public bool IsReadSteadily { get; set; }

    /// <summary>Set once, by who made the channel.</summary>
    internal ChannelRekeying Rekeying
    {
        get => _rekeying!;
        set => Volatile.Write(ref _rekeying, value);
    }

    internal ChannelCore Core => _core;

    internal bool IsAlive => Volatile.Read(ref _disposed) == 0;

    /// <summary>The initiator's close is on its way: nothing new is started.</summary>
    internal bool IsClosing { get; private set; }

    /// <summary>Looks after deadlines, ages and parking. Called by the node's timer.</summary>
    internal void KeepUp()
    {
        // The association knows the channel a moment before it is whole.
        if (Volatile.Read(ref _rekeying) is { } rekeying)
        {
            NoticeLull();
            rekeying.KeepUp();
        }
    }

    /// <summary>
    /// Gets an idle channel ready for its next stream where it is parked; nobody else reads it meanwhile. False where it cannot be, or is over:
    /// nothing of a stream was sent.
    /// </summary>
    internal async Task<bool> TryWakeAsync(CancellationToken cancellation)
    {
        try
        {
            Task waking = Rekeying.UnparkAsync();
            while (IsParked)
            {
                if (TryRead(out _))
                {
                    return false;
                }
                if (await Task.WhenAny(waking, WaitReadableAsync()).WaitAsync(cancellation).ConfigureAwait(false) != waking)
                {
                    await FillAsync(cancellation).ConfigureAwait(false);
                }
                else
                {
                    await waking.ConfigureAwait(false);
                    waking = Rekeying.UnparkAsync();
                }
            }
            return true;
        }
        catch (Exception e) when (e is ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// Keeps this end's direction from being parked while a stream is open, until <see cref="IsReadSteadily"/> is set again: for who is about to send and
    /// does not read meanwhile. False where it is parked already.
    /// </summary>
    public async ValueTask<bool> TryStayAwakeAsync()
    {
        IsReadSteadily = false;
        // Behind a park that has begun.
        await _sending.WaitAsync().ConfigureAwait(false);
        bool isAwake = !IsParked;
        _sending.Release();
        return isAwake;
    }

    /// <summary>Begins to un-park this end's direction, for who also reads meanwhile. Done when an exchange of keys is over, which may have to be repeated.</summary>
    /// <exception cref="ProtocolException">No association is to be had: the channel is at its end.</exception>
    public Task UnparkAsync() => Rekeying.UnparkAsync();

    /// <summary>Parks this end's direction, unless somebody is sending just now.</summary>
    internal async Task<bool> TryParkAsync()
    {
        if (!MaySpeak || !await _sending.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return false;
        }
        bool parks = (IsIdle || IsReadSteadily) && !_core.Sender.IsParked && !_core.Exchange.IsOutstanding && !IsClosing && !_core.IsControlScarce(Now);
        await WriteAsync((sender, destination, now) => parks ? sender.Park(destination, now) : 0, CancellationToken.None).ConfigureAwait(false);
        return parks;
    }

    /// <summary>The channel's keys are of another association from now on.</summary>
    internal void Move(Association association)
    {
        lock (_ending)
        {
            if (association != _association && _disposed == 0)
            {
                // One figure for both: what is carried meanwhile would else be counted twice.
                TrafficTotals before = Totals;
                association.Add(this, before);
                Association old = _association;
                Volatile.Write(ref _association, association);
                old.Remove(this, before);
            }
        }
    }

    /// <summary>Whether the reader has been waiting for bytes ever since this was asked the last time.</summary>
    internal bool IsStuckReading(ref long seen)
    {
        bool stuck = (_isFilling || _wait is not null) && _fills == seen;
        seen = _fills;
        return stuck;
    }

    /// <summary>Lets the queue of senders go while new keys are made; comes back with its turn, and un-parked.</summary>
    /// <exception cref="ProtocolException">No association is to be had: the stream is cut.</exception>
    private async ValueTask UnparkSendingAsync()
    {
        do
        {
            _sending.Release();
            await Rekeying.UnparkAsync().ConfigureAwait(false);
            await _sending.WaitAsync().ConfigureAwait(false);
        }
        while (_core.Sender.IsParked);
    }

    /// <summary>Reads on until no exchange is outstanding: a close does not cross one (5.7).</summary>
    private async Task FinishExchangeAsync(CancellationToken cancellation)
    {
        while (_core.Exchange.IsOutstanding)
        {
            if (!TryRead(out _) && _core.Exchange.IsOutstanding)
            {
                await FillAsync(cancellation).ConfigureAwait(false);
            }
        }
    }
}
