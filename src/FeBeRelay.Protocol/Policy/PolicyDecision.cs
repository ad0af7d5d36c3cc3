using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Policy;

/// <summary>
/// Clear, protected or blocked: the one place that knows. Pure functions of facts; whoever holds sockets, clocks and memories gathers the facts,
/// does what he is told and asks again. docs/policy.md says it in words, docs/policy-matrix.md lists the outcomes.
/// </summary>
public static class PolicyDecision
{
    /// <summary>
    /// What to do with a connection of the application. Asked before anything is dialled, whenever a try ends or the fallback timer passes, and
    /// once more with fresh facts immediately before the first clear byte: only what is clear then too may be sent.
    /// </summary>
    public static OutboundDecision Outbound(OutboundSituation now)
    {
        ArgumentNullException.ThrowIfNull(now);
        return now.Rule.Action switch
        {
            FilterAction.Block => Block(now, BlockReason.Rule),
            FilterAction.Permit => Clear(now, OutboundAction.Clear),
            _ when now.IsAssociationLive || Accepted(now) => Do(now, OutboundAction.Secure),
            FilterAction.Respond when !now.IsPinned => Respond(now),
            _ => Negotiate(now),
        };
    }

    /// <summary>What to do with a clear connection at a service's own port, before its first byte is passed on.</summary>
    public static InboundDecision InboundClear(PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Action == FilterAction.Block ? new InboundDecision(BlockReason.Rule, Answer.Protected)
            : rule.TakesClear ? new InboundDecision(BlockReason.None, Answer.Optional)
            : new InboundDecision(BlockReason.ClearNotAccepted, Answer.Protected);
    }

    /// <summary>What to do with an authenticated peer's main mode, quick mode or open of a stream. Refused is <c>not_authorised</c>.</summary>
    /// <param name="rule">The rule for what is known at that moment; a stream adds the service.</param>
    /// <param name="demand">What the peer's policy asks.</param>
    public static InboundDecision InboundChannel(PolicyRule rule, Demand demand)
    {
        ArgumentNullException.ThrowIfNull(rule);
        bool optional = demand == Demand.None && rule.Action is FilterAction.Permit or FilterAction.Respond;
        return new InboundDecision(
            rule.Action == FilterAction.Block ? BlockReason.Rule : BlockReason.None, optional ? Answer.Optional : Answer.Protected);
    }

    /// <summary>What an attempt or an enquiry that has ended leaves behind.</summary>
    /// <param name="rule">The rule it was made for.</param>
    /// <param name="credentials">How credentials fared.</param>
    /// <param name="seen">What the peer did, all tries together; a try that the fallback timer cut off was silent.</param>
    public static AttemptLesson Learn(PolicyRule rule, CredentialState credentials, PeerObservation seen)
    {
        ArgumentNullException.ThrowIfNull(rule);
        bool responds = rule.Action == FilterAction.Respond;
        if (PeerObservations.IsAccept(seen))
        {
            bool keeps = !responds || seen == PeerObservation.Protected;
            return new AttemptLesson(keeps ? PeerMemory.Unknown : PeerMemory.Optional, keeps, keeps && rule.Ratchet);
        }
        bool failed = seen == PeerObservation.Parsed || credentials == CredentialState.Refused;
        bool notCapable = failed ? Forgives(rule) : seen != PeerObservation.Nothing && (responds || rule.Soft);
        return new AttemptLesson(
            notCapable ? PeerMemory.NotCapable : failed && responds ? PeerMemory.Unsettled : PeerMemory.Unknown, false, false);
    }

    // With the demand none (an enquiry's) an answer "optional" is not an invitation to protect.
    private static bool Accepted(OutboundSituation now) =>
        now.Seen == PeerObservation.Protected || (now.Seen == PeerObservation.Optional && now.Rule.Action == FilterAction.Negotiate);

    private static OutboundDecision Respond(OutboundSituation now)
    {
        bool attempted = now.IsTryRunning || now.Seen != PeerObservation.Nothing || now.Credentials == CredentialState.Refused;
        return (attempted, now.Memory) switch
        {
            (true, _) when now.Seen == PeerObservation.Optional => Clear(now, OutboundAction.Clear),
            (true, _) or (_, PeerMemory.Unsettled) => Attempt(now, maySoften: true),
            (_, PeerMemory.Unknown) when now.IsEnquiryOn => Clear(now, OutboundAction.ClearAndEnquire),
            _ => Clear(now, OutboundAction.Clear),
        };
    }

    private static OutboundDecision Negotiate(OutboundSituation now)
    {
        bool soft = MaySoften(now);
        bool attempted = now.IsTryRunning || now.Seen != PeerObservation.Nothing || now.Credentials == CredentialState.Refused;
        return soft && !attempted && now.Memory == PeerMemory.NotCapable ? Clear(now, OutboundAction.Clear) : Attempt(now, soft);
    }

    private static OutboundDecision Attempt(OutboundSituation now, bool maySoften)
    {
        bool failed = now.Seen == PeerObservation.Parsed || now.Credentials == CredentialState.Refused;

        // What has begun to parse is waited for: the handshake's own deadline ends it.
        if (now.IsTryRunning && (failed || !maySoften || !now.IsTimerPassed))
        {
            return Do(now, OutboundAction.Wait);
        }

        bool settled = now.Seen == PeerObservation.OtherProtocol || now.Credentials == CredentialState.Refused;
        if (!settled && !now.AreTriesUsed && !(maySoften && now.IsTimerPassed))
        {
            return Do(now, OutboundAction.Negotiate);
        }
        return maySoften && (!failed || Forgives(now.Rule)) ? Clear(now, OutboundAction.FallBack) : Block(now, ReasonOf(now, failed));
    }

    private static BlockReason ReasonOf(OutboundSituation now, bool failed) =>
        now.Credentials == CredentialState.Refused ? BlockReason.Credentials
        : failed ? BlockReason.NegotiationFailed
        : now.IsPinned ? BlockReason.Pinned
        : BlockReason.NotCapable;

    private static bool MaySoften(OutboundSituation now) => !now.IsPinned && now.Rule is { Action: FilterAction.Negotiate, Soft: true };

    // The later Windows': what does not fit counts as not capable.
    private static bool Forgives(PolicyRule rule) => rule.MaySendClear && rule.Fallback.Behaviour == FallbackBehaviour.WindowsXp;

    private static Demand DemandOf(OutboundSituation now) =>
        now is { IsPinned: false, Rule.Action: FilterAction.Respond or FilterAction.Permit } ? Demand.None
        : MaySoften(now) ? Demand.Request
        : Demand.Require;

    private static OutboundDecision Clear(OutboundSituation now, OutboundAction action) =>
        now.HasClearTo ? Do(now, action) : Block(now, BlockReason.NoClearTo);

    private static OutboundDecision Do(OutboundSituation now, OutboundAction action) => new(action, BlockReason.None, DemandOf(now));

    private static OutboundDecision Block(OutboundSituation now, BlockReason reason) => new(OutboundAction.Block, reason, DemandOf(now));
}
