using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Channel.Associations;

/// <summary>The result of one main mode: two authenticated identities, a suite, secrets, lifetimes (docs/protocol.md 2). Thread-safe.</summary>
public sealed class Association : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CounterWindow _window = new();
    private readonly List<SecureChannel> _channels = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _expiresAt;
    private readonly TimeSpan _nearEndAt;
    private readonly TimeSpan _endAt;
    private volatile bool _isDue;
    private long _lastUsed;
    private long _unusedSince;
    private ulong _counter;
    private TrafficTotals _ended;
    private int _holds;
    private bool _disposed;

    /// <summary>Takes what main mode made; <paramref name="result"/>'s secret is used up and zeroed.</summary>
    internal Association(Role role, MainModeResult result, PeerIdentity peer, TimeProvider time)
    {
        Role = role;
        Peer = peer;
        Suite = result.Suite;
        Group = result.Group;
        Lifetimes = result.Lifetimes;
        Answer = result.Answer;
        Keys = new AssociationKeys(result.Suite, result.Group, result.AssociationId.ToArray(), result.MS);
        ForExchange = new ExchangeAssociation(Keys, KeyLimits.Of(result.Lifetimes.KeySeconds, result.Lifetimes.KeyKilobytes), result.Peer);
        result.Dispose();
        _time = time;
        Created = time.GetUtcNow();
        Touch();
        TimeSpan life = Lifetime(Created, peer, result.Lifetimes);
        _expiresAt = time.GetElapsedTime(0) + life;
        // Not at the same moment for all associations that were made together.
        _nearEndAt = _expiresAt - life * (0.05 + 0.1 * Random.Shared.NextDouble());
        _endAt = _expiresAt - life * 0.03;
    }

    /// <summary>The id, lower-case hexadecimal.</summary>
    public string Id => Convert.ToHexStringLower(Keys.Id);

    /// <summary>This node's role.</summary>
    public Role Role { get; }

    /// <summary>Who the other node is.</summary>
    public PeerIdentity Peer { get; }

    /// <summary>Of the names in the other node's certificate the one that this association is about: to the initiator the one that it dialled.</summary>
    public string PeerName => ForExchange.Peer.Name;

    public Suite Suite { get; }

    public Group Group { get; }

    /// <summary>The group that this node would rather have had.</summary>
    internal Group? PreferredGroup { get; init; }

    /// <summary>The group that this node named first for the peer, where the peer settled for less: for another that is not a hybrid one. Else null.</summary>
    public Group? MissedGroup => PreferredGroup == Group || Group.IsHybrid ? null : PreferredGroup;

    /// <summary>What both agreed on.</summary>
    public Lifetimes Lifetimes { get; }

    /// <summary>What the responder's policy said.</summary>
    public Answer Answer { get; }

    public DateTimeOffset Created { get; }

    /// <summary>When the last channel was made, or a stream began or ended, under it. New keys are no use.</summary>
    public DateTimeOffset LastUsed => new(Interlocked.Read(ref _lastUsed), TimeSpan.Zero);

    /// <summary>The time since then, whatever was done to the clock on the wall.</summary>
    internal TimeSpan UnusedFor => _time.GetElapsedTime(0) - TimeSpan.FromTicks(Interlocked.Read(ref _unusedSince));

    /// <summary>Quick modes so far.</summary>
    public uint QuickModes { get; private set; }

    /// <summary>The peer said, without proof, that it does not know the association (3.8).</summary>
    public bool IsSuspect { get; internal set; }

    /// <summary>Whether its life, or the peer's certificate's, is over.</summary>
    public bool IsExpired => _disposed || _time.GetElapsedTime(0) >= _expiresAt;

    /// <summary>The last tenth of its life, more or less, has begun: the initiator makes another and moves its channels there.</summary>
    internal bool IsNearItsEnd => _isDue || _time.GetElapsedTime(0) >= _nearEndAt;

    /// <summary>So little is left that a responder asks for another.</summary>
    internal bool IsAtItsEnd => _isDue || _time.GetElapsedTime(0) >= _endAt;

    /// <summary>What is left of its life.</summary>
    public TimeSpan TimeLeft => _expiresAt - _time.GetElapsedTime(0);

    /// <summary>The peer's certificates, leaf first: checked anew when what this node believes changes.</summary>
    internal IReadOnlyList<byte[]> PeerChain => ForExchange.Peer.Chain;

    /// <summary>Whether the peer's certificates are no longer valid by the clock on the wall, which may have been set.</summary>
    internal bool IsCertificateOver => _time.GetUtcNow() > Peer.NotAfter;

    /// <summary>Its peer is no longer believed: what lives under it is cut.</summary>
    internal bool IsRevoked { get; set; }

    /// <summary>Why it was given up, once it was.</summary>
    internal string? EndReason { get; set; }

    internal AssociationKeys Keys { get; }

    /// <summary>What a channel under it is made with, and moved to it with.</summary>
    internal ExchangeAssociation ForExchange { get; }

    /// <summary>Is told of each channel that is made.</summary>
    internal Action<SecureChannel>? ChannelAdded { get; set; }

    /// <summary>Is told of each channel that ends.</summary>
    internal Action<SecureChannel>? ChannelEnded { get; set; }

    /// <summary>The channels alive under it.</summary>
    public IReadOnlyList<SecureChannel> Channels
    {
        get
        {
            lock (_lock)
            {
                return [.. _channels];
            }
        }
    }

    /// <summary>Bytes and records of all its channels, ended ones included.</summary>
    public TrafficTotals Totals
    {
        get
        {
            lock (_lock)
            {
                return _channels.Aggregate(_ended, (sum, channel) => sum + channel.Totals);
            }
        }
    }

    /// <summary>The counter for one more quick mode (initiator), or null when its life allows none (3.9). Held until <see cref="LetGo"/> where there is one.</summary>
    internal ulong? TryNextCounter()
    {
        lock (_lock)
        {
            if (!HasQuickModeLeft())
            {
                return null;
            }
            _holds++;
            CountLocked();
            return ++_counter;
        }
    }

    /// <summary>Keeps the secrets while a quick mode runs under it (responder), even if it is given up meanwhile; false when it has ended.</summary>
    internal bool TryHold()
    {
        lock (_lock)
        {
            _holds += _disposed ? 0 : 1;
            return !_disposed;
        }
    }

    /// <summary>The quick mode is over.</summary>
    internal void LetGo()
    {
        lock (_lock)
        {
            _holds--;
        }
    }

    /// <summary>Zeroes its secrets, unless a channel lives or a quick mode runs under it.</summary>
    internal bool TryEnd()
    {
        lock (_lock)
        {
            if (_channels.Count > 0 || _holds > 0)
            {
                return false;
            }
            Dispose();
            return true;
        }
    }

    /// <summary>Runs the responder's check of M1 with the counter window locked, and counts the quick mode.</summary>
    internal void Authenticate(Action<AssociationKeys, CounterWindow> check)
    {
        lock (_lock)
        {
            check(Keys, _window);
            CountLocked();
        }
    }

    /// <summary>Counts a quick mode in a live channel (initiator), held until <see cref="LetGo"/>; false when its life allows none.</summary>
    internal bool TryCountQuickMode()
    {
        lock (_lock)
        {
            bool allowed = HasQuickModeLeft();
            if (allowed)
            {
                _holds++;
                CountLocked();
            }
            return allowed;
        }
    }

    /// <summary>Counts a quick mode in a live channel that was authenticated (responder).</summary>
    internal void CountQuickMode()
    {
        lock (_lock)
        {
            CountLocked();
        }
    }

    /// <summary>Whether one more quick mode is within its life.</summary>
    internal bool IsUsable
    {
        get
        {
            lock (_lock)
            {
                return HasQuickModeLeft();
            }
        }
    }

    /// <summary>Lets another take its place as if its end were near: channels move, no stream is cut.</summary>
    internal void MakeDue() => _isDue = true;

    /// <summary>Notes that it is in use.</summary>
    public void Touch()
    {
        Interlocked.Exchange(ref _lastUsed, _time.GetUtcNow().UtcTicks);
        Interlocked.Exchange(ref _unusedSince, _time.GetElapsedTime(0).Ticks);
    }

    /// <summary>Takes a channel on.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="before">What it carried under another association, which is not this one's.</param>
    internal void Add(SecureChannel channel, TrafficTotals before)
    {
        lock (_lock)
        {
            _channels.Add(channel);
            _ended -= before;
        }
        ChannelAdded?.Invoke(channel);
    }

    /// <summary>Lets a channel go that has ended or moved on.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="until">What it had carried in all.</param>
    internal void Remove(SecureChannel channel, TrafficTotals until)
    {
        lock (_lock)
        {
            if (_channels.Remove(channel))
            {
                _ended += until;
            }
        }
        ChannelEnded?.Invoke(channel);
    }

    /// <summary>Zeroes its secrets; channels alive under it go on.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Keys.Dispose();
        }
    }

    private bool HasQuickModeLeft() =>
        !_disposed && !IsExpired && (Lifetimes.QuickModes == 0 || QuickModes < Lifetimes.QuickModes);

    private void CountLocked() => QuickModes++;

    /// <summary>Never longer than the peer's certificates are valid, or a ticket may be.</summary>
    private static TimeSpan Lifetime(DateTimeOffset now, PeerIdentity peer, Lifetimes lifetimes)
    {
        var agreed = TimeSpan.FromSeconds(lifetimes.AssociationSeconds);
        agreed = peer.LongestLife is { } longest && longest < agreed ? longest : agreed;
        TimeSpan valid = peer.NotAfter - now;
        return valid < agreed ? valid : agreed;
    }
}
