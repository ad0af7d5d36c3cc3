namespace FeBeRelay.Protocol.Policy;

/// <summary>
/// What holds outward while one policy is in effect and the next is only prepared, so that nodes switch at different moments and nothing is lost by it:
/// no byte goes clear that either of the two rules would keep back. A pure function.
/// </summary>
public static class StricterRule
{
    /// <summary>Two rules for the same traffic as one that lets nothing go clear unless both do.</summary>
    /// <param name="current">The rule in effect; it is kept where neither is the stricter.</param>
    /// <param name="next">The rule that takes its place later.</param>
    /// <returns>
    /// The stricter one. How it is protected stays as <paramref name="current"/> says, since the peers accept by their current rules until then; but with
    /// forward secrecy if either asks for it, which no peer refuses.
    /// </returns>
    public static PolicyRule Outward(PolicyRule current, PolicyRule next)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(next);
        (PolicyRule stricter, PolicyRule other) = Openness(next) < Openness(current) ? (next, current) : (current, next);
        return stricter with
        {
            Ratchet = stricter.Ratchet || other.Ratchet,
            Fallback = IsLaxer(stricter.Fallback, other) ? other.Fallback : stricter.Fallback,
            Security = current.Security with { ForwardSecrecy = current.Security.ForwardSecrecy || next.Security.ForwardSecrecy },
        };
    }

    /// <summary>How much a rule lets out clear: 0 nothing at all, 4 everything.</summary>
    private static int Openness(PolicyRule rule) => rule.Action switch
    {
        FilterAction.Block => 0,
        FilterAction.Negotiate => rule.Soft ? 2 : 1,
        FilterAction.Respond => 3,
        _ => 4,
    };

    // Permit never asks whether a peer is capable: its settings say nothing.
    private static bool IsLaxer(FallbackSettings fallback, PolicyRule other) =>
        fallback.Behaviour == FallbackBehaviour.WindowsXp && other is { Action: not FilterAction.Permit, Fallback.Behaviour: FallbackBehaviour.Windows2000 };
}
