using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies;

/// <summary>What decides on connections that go out: the policy in effect and, while another is prepared, the stricter of the two for each connection. Immutable.</summary>
/// <param name="Current">The policy in effect.</param>
/// <param name="Prepared">The one that takes its place later, or null.</param>
internal sealed record OutwardPolicy(NodePolicy Current, NodePolicy? Prepared)
{
    /// <summary>The rule for that traffic.</summary>
    public PolicyRule Find(Traffic traffic)
    {
        PolicyRule current = Current.Find(traffic).Rule;
        return Prepared is null ? current : StricterRule.Outward(current, Prepared.Find(traffic).Rule);
    }
}
