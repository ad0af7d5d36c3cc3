using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies;

/// <summary>
/// The policy in effect on a node. It can be replaced while the node runs: every decision reads <see cref="Current"/> anew, immediately before what
/// it lets pass, and holds for one connection or stream. Thread-safe.
/// </summary>
internal sealed class EffectivePolicy(NodePolicy policy)
{
    private readonly Lock _changing = new();
    private volatile OutwardPolicy _outward = new(policy, null);
    private volatile NodePolicy _own = policy;
    private long _trialUntil;

    /// <summary>The policy that decides now. Immutable: one decision takes it once.</summary>
    public NodePolicy Current => _outward.Current;

    /// <summary>
    /// What decides on connections that go out: with the next policy, while it is prepared, wherever that is the stricter. So when both ends switch, what
    /// went out before is protected where the other end will ask for it; and nothing is let out that the other end does not take yet.
    /// </summary>
    public OutwardPolicy Outward => _outward;

    /// <summary>What the node's own configuration says, whatever a fleet's bundle says above it.</summary>
    public NodePolicy Own => _own;

    /// <summary>When the node's own policy is rolled back unless it is confirmed; null where it is not on trial.</summary>
    public DateTimeOffset? TrialUntil
    {
        get => Interlocked.Read(ref _trialUntil) is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _trialUntil, value?.UtcTicks ?? 0);
    }

    /// <summary>Another policy will take effect: connections that go out must do for it too from now on.</summary>
    public void Prepare(NodePolicy next)
    {
        lock (_changing)
        {
            if (_outward.Prepared != next)
            {
                _outward = _outward with { Prepared = next };
            }
        }
    }

    /// <summary>Another policy decides from now on. Handlers return at once.</summary>
    public event Action<PolicyChange>? Changed;

    /// <summary>A configuration was read that cannot be used, and why: what was in effect stays. Handlers return at once.</summary>
    public event Action<string>? Rejected;

    /// <summary>Puts another policy into effect: no decision that begins when this has returned is the old one's.</summary>
    /// <param name="policy">The new one.</param>
    /// <param name="reason">How it came about, for the operator.</param>
    /// <param name="endsClear">Whether clear connections that it would not let begin are cut; else they run on to their end.</param>
    public void Change(NodePolicy policy, string reason, bool endsClear = false)
    {
        lock (_changing)
        {
            Replace(policy, prepared: null, reason, endsClear);
        }
    }

    /// <summary>The node's own configuration says something else. That counts at once, unless a fleet's bundle stands above it.</summary>
    /// <param name="own">What it says.</param>
    /// <param name="reason">How it came about, for the operator.</param>
    public void ChangeOwn(NodePolicy own, string reason)
    {
        lock (_changing)
        {
            NodePolicy before = _own;
            _own = own;
            NodePolicy? prepared = ReferenceEquals(_outward.Prepared, before) ? own : _outward.Prepared;
            if (ReferenceEquals(Current, before))
            {
                Replace(own, prepared, reason);
            }
            else
            {
                _outward = _outward with { Prepared = prepared };
            }
        }
    }

    /// <summary>Tells that a configuration was read that changes nothing.</summary>
    public void Reject(string reason) => Rejected?.Invoke(reason);

    private void Replace(NodePolicy policy, NodePolicy? prepared, string reason, bool endsClear = false)
    {
        NodePolicy before = Current;
        _outward = new OutwardPolicy(policy, prepared);
        Changed?.Invoke(new PolicyChange(before, policy, reason, endsClear));
    }
}

/// <summary>A policy took another's place.</summary>
/// <param name="Before">The old one.</param>
/// <param name="Now">The new one.</param>
/// <param name="Reason">How it came about.</param>
/// <param name="EndsClear">Whether clear connections that the new one would not let begin are to be cut.</param>
internal sealed record PolicyChange(NodePolicy Before, NodePolicy Now, string Reason, bool EndsClear);
