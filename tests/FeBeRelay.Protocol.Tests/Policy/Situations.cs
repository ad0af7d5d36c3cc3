using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>Everything that the decision can be asked: all rules that differ for it, all facts.</summary>
internal static class Situations
{
    public static readonly bool[] Either = [false, true];

    /// <summary>Every action with every combination of flags and behaviours.</summary>
    public static IEnumerable<PolicyRule> Rules() =>
        from action in Enum.GetValues<FilterAction>()
        from inPass in Either
        from soft in Either
        from ratchet in Either
        from behaviour in Enum.GetValues<FallbackBehaviour>()
        select new PolicyRule
        {
            Name = "rule",
            Action = action,
            InPass = inPass,
            Soft = soft,
            Ratchet = ratchet,
            Fallback = FallbackSettings.For(behaviour),
        };

    /// <summary>All there is, with Windows 2000's behaviour unless told otherwise.</summary>
    public static IEnumerable<OutboundSituation> All(FallbackBehaviour behaviour = FallbackBehaviour.Windows2000) =>
        from rule in Rules().Where(r => r.Fallback.Behaviour == behaviour && !r.Ratchet && !r.InPass)
        from facts in Facts(rule)
        select facts;

    /// <summary>All that the decision says.</summary>
    public static IEnumerable<(OutboundSituation Now, OutboundDecision Decision)> Decided(FallbackBehaviour behaviour = FallbackBehaviour.Windows2000) =>
        All(behaviour).Select(now => (now, PolicyDecision.Outbound(now)));

    /// <summary>All facts, for one rule.</summary>
    public static IEnumerable<OutboundSituation> Facts(PolicyRule rule) =>
        from clearTo in Either
        from enquiry in Either
        from pinned in Either
        from live in Either
        from memory in Enum.GetValues<PeerMemory>()
        from credentials in Enum.GetValues<CredentialState>()
        from seen in Enum.GetValues<PeerObservation>()
        from running in Either
        from used in Either
        from passed in Either
        select new OutboundSituation
        {
            Rule = rule,
            HasClearTo = clearTo,
            IsEnquiryOn = enquiry,
            IsPinned = pinned,
            IsAssociationLive = live,
            Memory = memory,
            Credentials = credentials,
            Seen = seen,
            IsTryRunning = running,
            AreTriesUsed = used,
            IsTimerPassed = passed,
        };
}
