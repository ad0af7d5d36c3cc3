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

    /// <summary>The policy that decides now. Immutable: one decision takes it once.</summary>
    public NodePolicy Current => _current;

    /// <summary>Another policy decides from now on. Handlers return at once.</summary>
    public event Action<PolicyChange>? Changed;

    /// <summary>Puts another policy into effect: no decision that begins when this has returned is the old one's.</summary>
    /// <param name="policy">The new one.</param>
    /// <param name="reason">How it came about, for the operator.</param>
    public void Change(NodePolicy policy, string reason)
    {
        lock (_changing)
        {
            NodePolicy before = _current;
            _current = policy;
            Changed?.Invoke(new PolicyChange(before, policy, reason));
        }
    }
}

/// <summary>A policy took another's place.</summary>
internal sealed record PolicyChange(NodePolicy Before, NodePolicy Now, string Reason);
