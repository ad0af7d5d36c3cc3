using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// The in-band quick modes of one channel, one at a time (clause 6.3), and the secrets that the next one is made from. Sender and receiver move it
/// from phase to phase; public-key work is in methods that are called apart from both, so that data goes on meanwhile.
/// </summary>
public abstract class InBandExchange : IDisposable
{
    private volatile ExchangePhase _phase;
    private long _lastHeard;

    private protected InBandExchange(ChannelSecrets secrets, VerifiedPeer peer)
    {
        Secrets = secrets;
        Peer = peer;
    }

    /// <summary>How far the present exchange is. Readable from any thread.</summary>
    public ExchangePhase Phase
    {
        get => _phase;
        private protected set => _phase = value;
    }

    /// <summary>Whether one is under way.</summary>
    public bool IsOutstanding => _phase != ExchangePhase.None;

    /// <summary>The node at the other end, as verified.</summary>
    public VerifiedPeer Peer { get; }

    /// <summary>Exchanges that changed the keys so far. Readable from any thread.</summary>
    public long Completed { get; private protected set; }

    /// <summary>The newest secrets of the channel: <c>cid</c>, <c>h</c>, <c>X</c>.</summary>
    internal ChannelSecrets Secrets { get; private set; }

    private protected Lock Gate { get; } = new();

    /// <summary>Whether the peer has left an exchange unanswered for too long (clause 8.4): the channel is at its end.</summary>
    /// <param name="now">Monotonic time.</param>
    public bool IsOverdue(TimeSpan now) =>
        _phase is ExchangePhase.AwaitingAnswer or ExchangePhase.AwaitingSwitch
        && now - TimeSpan.FromTicks(Interlocked.Read(ref _lastHeard)) >= Limits.ExchangeDeadline;

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeState();
        Secrets.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A record of the peer opened, or its answer began to be awaited.</summary>
    internal void Heard(TimeSpan now) => Interlocked.Exchange(ref _lastHeard, now.Ticks);

    /// <summary>Whether a record of the exchange may arrive now.</summary>
    internal abstract bool Expects(RecordType type);

    private protected abstract void DisposeState();

    /// <summary>The new secrets take the place of the old; the old <c>X</c> is zeroed. The old traffic keys are zeroed by the switches.</summary>
    private protected void Replace(ChannelSecrets secrets)
    {
        Secrets.Chain.Dispose();
        Secrets = secrets;
    }

    /// <summary>A caller's mistake, not the peer's.</summary>
    private protected void Require(ExchangePhase phase, string what)
    {
        if (_phase != phase)
        {
            throw new InvalidOperationException($"cannot {what} now (exchange {_phase})");
        }
    }

    /// <summary>Names are compared as certificates' are, without regard to case (clause 7.3).</summary>
    private protected bool IsOfPeer(ExchangeAssociation association) => string.Equals(association.Peer.Name, Peer.Name, StringComparison.OrdinalIgnoreCase);
}
