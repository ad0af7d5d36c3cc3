using FeBeRelay.Channel.Budgets;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>The way to a target: the rule is looked up anew when the policy has changed. Thread-safe.</summary>
/// <param name="target">The target.</param>
/// <param name="policy">Where rules and peers are found.</param>
/// <param name="time">The clock of the log's ration.</param>
internal sealed class OutboundRoute(OutboundTarget target, OutboundPolicy policy, TimeProvider time)
{
    private const int LinesPerMinute = 60;

    private volatile Found? _found;

    /// <summary>The target.</summary>
    public OutboundTarget Target => target;

    /// <summary>Of the lines about applications' connections that come to nothing: whoever reaches the endpoint brings them about.</summary>
    public LogRation FailureLines { get; } = new(LinesPerMinute, time);

    /// <summary>The path under the policy that is in effect now.</summary>
    public OutboundPath Current
    {
        get
        {
            OutwardPolicy now = policy.Current;
            Found? found = _found;
            if (!ReferenceEquals(found?.Policy, now))
            {
                _found = found = new Found(now, policy.PathTo(target, now));
            }
            return found!.Path;
        }
    }

    private sealed record Found(OutwardPolicy Policy, OutboundPath Path);
}
