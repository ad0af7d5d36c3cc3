using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>What must hold for every situation there is, whatever the rest: each test goes through all of them.</summary>
public sealed class OutboundRuleTests
{
    [Fact]
    public void Require_never_sends_a_clear_byte()
    {
        foreach (FallbackBehaviour behaviour in Enum.GetValues<FallbackBehaviour>())
        {
            Never(behaviour, now => now.Rule is { Action: FilterAction.Negotiate, Soft: false });
        }
    }

    [Fact]
    public void Without_an_address_for_clear_bytes_none_is_sent()
    {
        foreach (FallbackBehaviour behaviour in Enum.GetValues<FallbackBehaviour>())
        {
            Never(behaviour, now => !now.HasClearTo);
        }
    }

    [Fact]
    public void Bytes_that_parsed_in_the_attempt_forbid_clear() =>
        Never(FallbackBehaviour.Windows2000, now => Negotiated(now) && now.Seen == PeerObservation.Parsed);

    [Fact]
    public void Refused_credentials_forbid_clear() =>
        Never(
            FallbackBehaviour.Windows2000,
            now => Negotiated(now) && now.Credentials == CredentialState.Refused && now.Seen != PeerObservation.Optional);

    [Fact]
    public void A_pin_forbids_clear_whatever_the_behaviour()
    {
        foreach (FallbackBehaviour behaviour in Enum.GetValues<FallbackBehaviour>())
        {
            Never(behaviour, now => Negotiated(now) && now.IsPinned);
        }
    }

    [Fact]
    public void A_live_association_forbids_clear_and_carries_the_connection()
    {
        foreach (FallbackBehaviour behaviour in Enum.GetValues<FallbackBehaviour>())
        {
            Assert.All(
                Situations.Decided(behaviour).Where(s => Negotiated(s.Now) && s.Now.IsAssociationLive),
                s => Assert.Equal(OutboundAction.Secure, s.Decision.Action));
        }
    }

    [Fact]
    public void An_enquiry_that_met_bytes_that_parse_forbids_clear_until_an_accept_or_a_silent_attempt() =>
        Never(
            FallbackBehaviour.Windows2000,
            now => now is { Rule.Action: FilterAction.Respond, Memory: PeerMemory.Unsettled, Seen: PeerObservation.Nothing, IsTryRunning: false, AreTriesUsed: false, IsTimerPassed: false });

    [Fact]
    public void Nothing_is_protected_without_an_association_or_an_accept() =>
        Assert.All(
            Situations.Decided().Where(s => s.Decision.Action == OutboundAction.Secure),
            s => Assert.True(s.Now.IsAssociationLive || s.Now.Seen is PeerObservation.Optional or PeerObservation.Protected, s.Now.ToString()));

    [Fact]
    public void Only_a_silent_refusing_or_foreign_peer_makes_a_soft_association() =>
        Assert.All(
            Situations.Decided().Where(s => s.Decision.Action == OutboundAction.FallBack),
            s => Assert.True(
                s.Now.Seen is PeerObservation.Silent or PeerObservation.Refused or PeerObservation.Closed or PeerObservation.OtherProtocol
                    || s.Now is { Seen: PeerObservation.Nothing, IsTryRunning: true, IsTimerPassed: true }
                    || s.Now is { Seen: PeerObservation.Nothing, IsTryRunning: false } and ({ IsTimerPassed: true } or { AreTriesUsed: true }),
                s.Now.ToString()));

    [Fact]
    public void A_peer_counts_as_not_capable_only_once_the_timer_passed_or_the_tries_are_used_but_another_protocol_at_once() =>
        Assert.All(
            Situations.Decided().Where(s => s.Decision.Action == OutboundAction.FallBack),
            s => Assert.True(
                s.Now.IsTimerPassed || (s.Now.AreTriesUsed && !s.Now.IsTryRunning) || (s.Now.Seen == PeerObservation.OtherProtocol && !s.Now.IsTryRunning),
                s.Now.ToString()));

    [Fact]
    public void Only_respond_asks_by_an_enquiry_and_only_of_a_peer_it_knows_nothing_of() =>
        Assert.All(
            Situations.Decided().Where(s => s.Decision.Action == OutboundAction.ClearAndEnquire),
            s => Assert.True(
                s.Now is { Rule.Action: FilterAction.Respond, IsEnquiryOn: true, Memory: PeerMemory.Unknown, IsPinned: false } && s.Decision.Demand == Demand.None,
                s.Now.ToString()));

    [Fact]
    public void Block_blocks_and_permit_asks_nothing()
    {
        foreach ((OutboundSituation now, OutboundDecision decision) in Situations.Decided())
        {
            if (now.Rule.Action == FilterAction.Block)
            {
                Assert.Equal((OutboundAction.Block, BlockReason.Rule), (decision.Action, decision.Reason));
            }
            if (now.Rule.Action == FilterAction.Permit)
            {
                Assert.Equal(now.HasClearTo ? OutboundAction.Clear : OutboundAction.Block, decision.Action);
            }
        }
    }

    [Fact]
    public void A_reason_is_given_exactly_where_a_connection_is_blocked() =>
        Assert.All(Situations.Decided(), s => Assert.Equal(s.Decision.Action == OutboundAction.Block, s.Decision.Reason != BlockReason.None));

    [Fact]
    public void The_demand_is_none_for_respond_request_where_soft_counts_and_require_otherwise() =>
        Assert.All(
            Situations.Decided().Where(s => s.Decision.Action == OutboundAction.Negotiate),
            s => Assert.Equal(
                s.Now.IsPinned ? Demand.Require : s.Now.Rule.Action == FilterAction.Respond ? Demand.None : s.Now.Rule.Soft ? Demand.Request : Demand.Require,
                s.Decision.Demand));

    [Fact]
    public void Windows_xp_goes_clear_only_where_windows_2000_does_or_where_something_did_not_fit()
    {
        foreach (OutboundSituation now in Situations.All(FallbackBehaviour.WindowsXp))
        {
            OutboundDecision xp = PolicyDecision.Outbound(now);
            OutboundDecision w2k = PolicyDecision.Outbound(now with { Rule = now.Rule with { Fallback = FallbackSettings.Default } });
            bool misfit = now.Seen == PeerObservation.Parsed || now.Credentials == CredentialState.Refused;
            Assert.True(xp.IsClear == w2k.IsClear || (misfit && xp.Action == OutboundAction.FallBack && w2k.Action == OutboundAction.Block), now.ToString());
        }
    }

    // Permit is left out where something is negotiated: it is the operator's own word for clear, and no attacker can bring it about.
    private static bool Negotiated(OutboundSituation now) => now.Rule.Action != FilterAction.Permit && now.Rule.Action != FilterAction.Block;

    private static void Never(FallbackBehaviour behaviour, Func<OutboundSituation, bool> which)
    {
        (OutboundSituation Now, OutboundDecision Decision)[] cases = [.. Situations.Decided(behaviour).Where(s => which(s.Now))];

        Assert.NotEmpty(cases);
        Assert.DoesNotContain(cases, s => s.Decision.IsClear);
    }
}
