using System.Collections.Concurrent;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Connections;

/// <summary>
/// Idle channels towards one peer (DESIGN: one channel carries one stream at a time, and the next one after it). The youngest is used first; a dead one
/// is replaced without a word. Thread-safe.
/// </summary>
public sealed class ChannelPool : IAsyncDisposable
{
    private readonly ChannelConnector _connector;
    private readonly ILogger<ChannelPool> _logger;
    private readonly ConcurrentStack<PooledChannel> _idle = new();
    private readonly CancellationTokenSource _ending = new();
    private int _held;
    private int _rentable;
    private int _warming;

    public ChannelPool(ChannelConnector connector, ILogger<ChannelPool> logger)
    {
        _connector = connector;
        _logger = logger;
    }

    /// <summary>The peer.</summary>
    public PeerNode Peer => _connector.Peer;

    /// <summary>Channels that wait. One is counted when it can be rented, and not a moment before.</summary>
    public int IdleCount => Volatile.Read(ref _rentable);

    /// <summary>Asked before a channel is kept or made for later use: true where connections are scarce.</summary>
    public Func<bool> IsTight { get; init; } = static () => false;

    /// <summary>Whether an association with the peer is alive, under this pool's security methods.</summary>
    public bool HasAssociation => _connector.HasAssociation;

    /// <summary>Whether the peer sent anything that parses as this protocol to the main mode that is in flight, or was the last one.</summary>
    public bool PeerSpeaks => _connector.PeerSpeaks;

    /// <summary>A channel for one stream where all is required: an idle one, or a new one.</summary>
    /// <exception cref="NegotiationException">There was none, and none could be made.</exception>
    public ValueTask<RentedChannel> RentAsync(CancellationToken cancellation) => RentAsync(Demand.Require, cancellation);

    /// <summary>A channel for one stream: an idle one, or a new one.</summary>
    /// <param name="demand">What policy asks of the peer, should it come to main mode.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NegotiationException">There was none, and none could be made; or the peer answered that the traffic may go clear.</exception>
    public async ValueTask<RentedChannel> RentAsync(Demand demand, CancellationToken cancellation)
    {
        PooledChannel? pooled = TakeIdle(out Task? looking);
        if (pooled is null && looking is not null)
        {
            // Dearer than the moment that a look takes is another channel.
            await looking.WaitAsync(cancellation).ConfigureAwait(false);
            pooled = TakeIdle(out _);
        }
        KeepWarm(demand);
        SecureChannel? idle = pooled is null ? null : await WakeAsync(pooled.Channel, cancellation).ConfigureAwait(false);
        return new RentedChannel(this, idle ?? await _connector.ConnectAsync(demand, observe: null, cancellation).ConfigureAwait(false));
    }

    /// <summary>Tries to reach the peer protected: an association, and an idle channel under it.</summary>
    /// <inheritdoc cref="RentAsync(Demand, CancellationToken)"/>
    public async Task ReachAsync(Demand demand, CancellationToken cancellation)
    {
        SecureChannel channel = await _connector.ConnectAsync(demand, observe: null, cancellation).ConfigureAwait(false);
        try
        {
            await HoldAsync(channel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The association is made all the same: whoever wants a channel makes another.
        }
    }

    /// <summary>Asks the peer whether it wants security; returns where it does, with an association alive.</summary>
    /// <exception cref="NegotiationException">It does not, or it cannot be asked.</exception>
    public Task EnquireAsync(CancellationToken cancellation) => _connector.EnquireAsync(cancellation);

    /// <summary>Opens a stream of a service, for who needs a <see cref="Stream"/>.</summary>
    /// <param name="service">1 to 63 characters of a-z 0-9 . -</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NegotiationException">No channel could be made.</exception>
    public async Task<SecureChannelStream> OpenStreamAsync(string service, CancellationToken cancellation)
    {
        RentedChannel rented = await RentAsync(cancellation).ConfigureAwait(false);
        await rented.Channel.OpenAsync(new StreamOpen(rented.Channel.StreamNumber + 1, Demand.Require, service, null, null)).ConfigureAwait(false);
        return new SecureChannelStream(rented.Channel, rented.Return);
    }

    /// <summary>Makes the channels that the configuration wants ahead of use.</summary>
    /// <param name="demand">What policy asks of the peer, should it come to main mode.</param>
    public void KeepWarm(Demand demand)
    {
        if (IdleCount < Peer.WarmChannels && !IsTight() && !_ending.IsCancellationRequested && Interlocked.CompareExchange(ref _warming, 1, 0) == 0)
        {
            _ = WarmAsync(demand);
        }
    }

    /// <summary>
    /// Closes the channels that have carried no stream for that long, but for those that are to be kept ready; those that only a burst needed after
    /// a minute; where connections are scarce, all.
    /// </summary>
    public void CloseUnused(TimeSpan longest)
    {
        bool isTight = IsTight();
        // The youngest come first.
        foreach ((int younger, PooledChannel pooled) in _idle.Where(p => !p.IsLost).Index().Skip(isTight ? 0 : Peer.WarmChannels))
        {
            TimeSpan allowed = isTight ? TimeSpan.Zero : PeerNode.LongestUnused(younger, longest);
            if (pooled.Channel.UnusedFor >= allowed && pooled.TryTakeOut())
            {
                LetGo();
                _ = CloseAsync(pooled);
            }
        }
    }

    /// <summary>Closes the idle channels of one association, authentically.</summary>
    public async Task CloseIdleAsync(Association association)
    {
        var closing = new List<Task>();
        var others = new List<PooledChannel>();
        while (_idle.TryPop(out PooledChannel? pooled))
        {
            if (pooled.Channel.Association == association && pooled.TryRent(out _))
            {
                LetGo();
                closing.Add(CloseAsync(pooled));
            }
            else if (!pooled.IsLost)
            {
                others.Add(pooled);
            }
        }
        // As they were: the youngest on top.
        others.Reverse();
        others.ForEach(_idle.Push);
        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    /// <summary>Closes the idle channels, and from now on those that come back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        var closing = new List<Task>();
        while (_idle.TryPop(out PooledChannel? pooled))
        {
            if (pooled.TryRent(out _))
            {
                closing.Add(CloseAsync(pooled));
            }
        }
        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    /// <summary>Takes a channel back whose stream ended cleanly in both directions.</summary>
    internal void Return(SecureChannel channel)
    {
        bool keep = !_ending.IsCancellationRequested && !IsTight() && !channel.IsAskedToClose && !channel.Association.IsExpired;
        var pooled = new PooledChannel(channel, Lost);
        if (!keep || !TryHold(pooled))
        {
            _ = CloseAsync(channel);
            return;
        }
        _idle.Push(pooled);
        Interlocked.Increment(ref _rentable);
        if (_ending.IsCancellationRequested && pooled.TryRent(out _))
        {
            _ = CloseAsync(pooled);
        }
    }

    /// <summary>Confirms the keys of a new channel and holds it ready.</summary>
    /// <exception cref="IOException">Its end came first; it is let go.</exception>
    internal async Task HoldAsync(SecureChannel channel)
    {
        try
        {
            await channel.ConfirmAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"the new channel ended before its keys were confirmed: {e.Message}", e);
        }
        Return(channel);
    }

    private bool TryHold(PooledChannel pooled)
    {
        bool held = Interlocked.Increment(ref _held) <= Peer.MaxIdleChannels && pooled.TryPark();
        if (!held)
        {
            Interlocked.Decrement(ref _held);
        }
        return held;
    }

    /// <summary>Un-parks a channel for its next stream; null where it cannot be, and is over.</summary>
    private static async ValueTask<SecureChannel?> WakeAsync(SecureChannel channel, CancellationToken cancellation)
    {
        bool awake = !channel.IsParked;
        try
        {
            awake = awake || await channel.TryWakeAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (!awake)
            {
                await channel.DisposeAsync().ConfigureAwait(false);
            }
        }
        return awake ? channel : null;
    }

    /// <param name="looking">Where there is none, but one that is just being looked after: done when it has been.</param>
    private PooledChannel? TakeIdle(out Task? looking)
    {
        PooledChannel? found = null;
        looking = null;
        List<PooledChannel>? busy = null;
        while (found is null && _idle.TryPop(out PooledChannel? pooled))
        {
            if (!pooled.TryRent(out Task? busyLooking))
            {
                // Its watch is reading a control record just now, or has found it dead.
                looking ??= busyLooking;
                (busy ??= []).Add(pooled);
                continue;
            }
            LetGo();
            if (pooled.Channel.HasNews() || pooled.Channel.Association.IsExpired)
            {
                // Whatever the news are, it is not used again.
                _ = CloseAsync(pooled);
                continue;
            }
            found = pooled;
        }
        foreach (PooledChannel pooled in busy ?? [])
        {
            if (!pooled.IsLost)
            {
                _idle.Push(pooled);
            }
        }
        return found;
    }

    private void LetGo()
    {
        Interlocked.Decrement(ref _rentable);
        Interlocked.Decrement(ref _held);
    }

    private void Lost(PooledChannel pooled)
    {
        LetGo();
        ChannelLog.IdleChannelLost(_logger, pooled.Channel.Id, Peer.Name);
    }

    private static Task CloseAsync(PooledChannel pooled) => CloseAsync(pooled.Channel);

    private static async Task CloseAsync(SecureChannel channel) => await channel.CloseAsync().ConfigureAwait(false);

    private async Task WarmAsync(Demand demand)
    {
        try
        {
            while (IdleCount < Peer.WarmChannels && !IsTight() && !_ending.IsCancellationRequested)
            {
                SecureChannel channel = await _connector.ConnectAsync(demand, observe: null, _ending.Token).ConfigureAwait(false);
                await HoldAsync(channel).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is NegotiationException or OperationCanceledException or SocketException or IOException)
        {
            ChannelLog.WarmingFailed(_logger, Peer.Name, e.Message);
        }
        finally
        {
            Volatile.Write(ref _warming, 0);
        }
    }
}
