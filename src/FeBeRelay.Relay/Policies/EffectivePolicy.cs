using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies;

/// <summary>
/// The policy in effect on a node. It can be replaced while the node runs: every decision reads <see cref="Current"/> anew, immediately before what
/// it lets pass, and holds for one connection or stream. Thread-safe.
/// </summary>
internal sealed class EffectivePolicy(NodePolicy policy)
{
    private readonly Lock _changing = new();
    private volatile NodePolicy _current = policy;
    private volatile NodePolicy _own = policy;
    private volatile NodePolicy? _prepared;

    /// <summary>The policy that decides now. Immutable: one decision takes it once.</summary>
    public NodePolicy Current => _current;

    /// <summary>
    /// The policy that decides on connections that go out: the next one already, while it is prepared. So when both ends switch, what went out before
    /// is protected where the other end will ask for it.
    /// </summary>
    public NodePolicy Outward => _prepared ?? _current;

    /// <summary>What the node's own configuration says, whatever a fleet's bundle says above it.</summary>
    public NodePolicy Own => _own;

    /// <summary>Another policy will take effect: connections that go out go by it from now on.</summary>
    public void Prepare(NodePolicy next) => _prepared = next;

    /// <summary>Another policy decides from now on. Handlers return at once.</summary>
    public event Action<PolicyChange>? Changed;

    /// <summary>A configuration was read that cannot be used, and why: what was in effect stays. Handlers return at once.</summary>
    public event Action<string>? Rejected;

    /// <summary>Puts another policy into effect: no decision that begins when this has returned is the old one's.</summary>
    /// <param name="policy">The new one.</param>
    /// <param name="reason">How it came about, for the operator.</param>
    public void Change(NodePolicy policy, string reason)
    {
        lock (_changing)
        {
            _prepared = null;
            Replace(policy, reason);
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
            _prepared = ReferenceEquals(_prepared, before) ? own : _prepared;
            if (ReferenceEquals(_current, before))
            {
                Replace(own, reason);
            }
        }
    }

    /// <summary>Tells that a configuration was read that changes nothing.</summary>
    public void Reject(string reason) => Rejected?.Invoke(reason);

    private void Replace(NodePolicy policy, string reason)
    {
        NodePolicy before = _current;
        _current = policy;
        Changed?.Invoke(new PolicyChange(before, policy, reason));
    }
}

/// <summary>A policy took another's place.</summary>
internal sealed record PolicyChange(NodePolicy Before, NodePolicy Now, string Reason);
