using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>Connections as they happen, one fact after the other.</summary>
public sealed class OutboundStoryTests
{
    [Fact]
    public void Respond_only_sends_its_first_connection_clear_and_asks_beside_it()
    {
        OutboundSituation now = At(Posture.Client);

        Assert.Equal(new OutboundDecision(OutboundAction.ClearAndEnquire, BlockReason.None, Demand.None), PolicyDecision.Outbound(now));
        Assert.Equal(OutboundAction.Clear, ActionFor(now with { IsEnquiryOn = false }));
    }

    [Theory]
    [InlineData(PeerObservation.Protected, PeerMemory.Unknown, true)]
    [InlineData(PeerObservation.Optional, PeerMemory.Optional, false)]
    [InlineData(PeerObservation.Silent, PeerMemory.NotCapable, false)]
    [InlineData(PeerObservation.Refused, PeerMemory.NotCapable, false)]
    [InlineData(PeerObservation.Closed, PeerMemory.NotCapable, false)]
    [InlineData(PeerObservation.OtherProtocol, PeerMemory.NotCapable, false)]
    [InlineData(PeerObservation.Parsed, PeerMemory.Unsettled, false)]
    public void An_enquiry_teaches(PeerObservation seen, PeerMemory memory, bool keepsAssociation)
        => Assert.Equal(new AttemptLesson(memory, keepsAssociation, Pins: false), PolicyDecision.Learn(Posture.Client.Rule, CredentialState.NotRefused, seen));

    [Theory]
    [InlineData(PeerMemory.Optional, OutboundAction.Clear)]
    [InlineData(PeerMemory.NotCapable, OutboundAction.Clear)]
    [InlineData(PeerMemory.Unsettled, OutboundAction.Negotiate)]
    public void After_an_enquiry_the_next_connection_follows_what_it_taught_without_a_second_one(PeerMemory memory, OutboundAction action)
        => Assert.Equal(action, ActionFor(At(Posture.Client) with { Memory = memory }));

    [Fact]
    public void After_an_enquiry_whose_credentials_were_refused_the_next_connection_is_blocked_as_in_windows()
    {
        AttemptLesson lesson = PolicyDecision.Learn(Posture.Client.Rule, CredentialState.Refused, PeerObservation.Parsed);
        OutboundSituation next = At(Posture.Client) with { Memory = lesson.Memory };

        Assert.Equal(new OutboundDecision(OutboundAction.Negotiate, BlockReason.None, Demand.None), PolicyDecision.Outbound(next));
        next = next with { Seen = PeerObservation.Parsed, Credentials = CredentialState.Refused };
        Assert.Equal(BlockReason.Credentials, PolicyDecision.Outbound(next).Reason);
    }

    [Fact]
    public void An_unsettled_peer_that_turns_out_silent_gets_clear_again()
    {
        OutboundSituation now = At(Posture.Client) with { Memory = PeerMemory.Unsettled, Seen = PeerObservation.Silent, AreTriesUsed = true };

        Assert.Equal(OutboundAction.FallBack, ActionFor(now));
        Assert.Equal(PeerMemory.NotCapable, PolicyDecision.Learn(now.Rule, now.Credentials, now.Seen).Memory);
    }

    [Fact]
    public void A_pinned_peer_is_negotiated_with_in_earnest_also_under_respond_only()
    {
        OutboundSituation now = At(Posture.Client) with { IsPinned = true };

        Assert.Equal(new OutboundDecision(OutboundAction.Negotiate, BlockReason.None, Demand.Require), PolicyDecision.Outbound(now));
        Assert.Equal(BlockReason.Pinned, PolicyDecision.Outbound(now with { Seen = PeerObservation.Silent, AreTriesUsed = true }).Reason);
    }

    [Fact]
    public void Request_negotiates_before_anything_else_and_falls_back_when_the_timer_passes()
    {
        OutboundSituation now = At(Posture.Server);
        Assert.Equal(new OutboundDecision(OutboundAction.Negotiate, BlockReason.None, Demand.Request), PolicyDecision.Outbound(now));

        now = now with { IsTryRunning = true };
        Assert.Equal(OutboundAction.Wait, ActionFor(now));
        Assert.Equal(OutboundAction.FallBack, ActionFor(now with { IsTimerPassed = true }));
    }

    [Fact]
    public void A_refused_connection_is_tried_again_until_the_tries_are_used()
    {
        OutboundSituation now = At(Posture.Server) with { Seen = PeerObservation.Refused };

        Assert.Equal(OutboundAction.Negotiate, ActionFor(now));
        Assert.Equal(OutboundAction.FallBack, ActionFor(now with { AreTriesUsed = true }));
    }

    [Fact]
    public void A_peer_that_answers_in_another_protocol_gets_clear_at_once()
        => Assert.Equal(OutboundAction.FallBack, ActionFor(At(Posture.Server) with { Seen = PeerObservation.OtherProtocol }));

    [Fact]
    public void A_try_that_has_begun_to_parse_is_waited_for_beyond_the_timer_and_then_blocks()
    {
        OutboundSituation now = At(Posture.Server) with { Seen = PeerObservation.Parsed, IsTryRunning = true, IsTimerPassed = true };

        Assert.Equal(OutboundAction.Wait, ActionFor(now));
        Assert.Equal(BlockReason.NegotiationFailed, PolicyDecision.Outbound(now with { IsTryRunning = false }).Reason);
    }

    [Fact]
    public void A_later_accept_of_the_same_attempt_mends_one_forged_alert()
    {
        OutboundSituation now = At(Posture.Server) with { Seen = PeerObservation.Parsed };
        Assert.Equal(OutboundAction.Negotiate, ActionFor(now));

        Assert.Equal(OutboundAction.Secure, ActionFor(now with { Seen = now.Seen.Then(PeerObservation.Protected) }));
    }

    [Fact]
    public void Bytes_that_parsed_in_one_try_are_not_forgotten_in_the_next()
    {
        foreach (PeerObservation later in Enum.GetValues<PeerObservation>().Where(o => o is not (PeerObservation.Optional or PeerObservation.Protected)))
        {
            Assert.Equal(PeerObservation.Parsed, PeerObservation.Parsed.Then(later));
            Assert.Equal(PeerObservation.Parsed, later.Then(PeerObservation.Parsed));
        }
        Assert.Equal(PeerObservation.OtherProtocol, PeerObservation.Silent.Then(PeerObservation.OtherProtocol));
    }

    [Fact]
    public void A_soft_association_spares_the_next_connection_the_tries_but_not_under_require_or_a_pin()
    {
        OutboundSituation now = At(Posture.Server) with { Memory = PeerMemory.NotCapable };

        Assert.Equal(OutboundAction.Clear, ActionFor(now));
        Assert.Equal(OutboundAction.Negotiate, ActionFor(now with { IsPinned = true }));
        Assert.Equal(OutboundAction.Negotiate, ActionFor(now with { Rule = Posture.SecureServer.Rule }));
    }

    [Fact]
    public void The_last_look_before_the_first_clear_byte_sees_a_pin_and_an_association_made_meanwhile()
    {
        OutboundSituation decided = At(Posture.Server) with { Seen = PeerObservation.Silent, AreTriesUsed = true, IsTimerPassed = true };
        Assert.True(PolicyDecision.Outbound(decided).IsClear);

        Assert.Equal(BlockReason.Pinned, PolicyDecision.Outbound(decided with { IsPinned = true }).Reason);
        Assert.Equal(OutboundAction.Secure, ActionFor(decided with { IsAssociationLive = true }));
        Assert.Equal(OutboundAction.Negotiate, ActionFor(At(Posture.Client) with { Memory = PeerMemory.Unsettled }));
    }

    [Fact]
    public void Require_waits_for_its_peer_beyond_the_fallback_timer_and_is_blocked_when_the_tries_are_used()
    {
        OutboundSituation now = At(Posture.SecureServer) with { IsTimerPassed = true, IsTryRunning = true };

        Assert.Equal(OutboundAction.Wait, ActionFor(now));
        now = now with { IsTryRunning = false, Seen = PeerObservation.Silent };
        Assert.Equal(OutboundAction.Negotiate, ActionFor(now));
        Assert.Equal(BlockReason.NotCapable, PolicyDecision.Outbound(now with { AreTriesUsed = true }).Reason);
    }

    [Fact]
    public void Request_pins_whom_it_reached_protected_and_respond_only_does_not()
    {
        Assert.True(PolicyDecision.Learn(Posture.Server.Rule, CredentialState.NotRefused, PeerObservation.Protected).Pins);
        Assert.True(PolicyDecision.Learn(Posture.RequireInRequestOut.Rule, CredentialState.NotRefused, PeerObservation.Optional).Pins);
        Assert.False(PolicyDecision.Learn(Posture.Client.Rule, CredentialState.NotRefused, PeerObservation.Protected).Pins);
        Assert.False(PolicyDecision.Learn(Posture.Server.Rule, CredentialState.NotRefused, PeerObservation.Silent).Pins);
    }

    [Fact]
    public void The_timer_is_three_seconds_and_half_a_second_for_the_later_windows()
    {
        Assert.Equal((TimeSpan.FromSeconds(3), 4), (FallbackSettings.Default.Timer, FallbackSettings.Default.Tries));
        Assert.Equal(TimeSpan.FromMilliseconds(500), FallbackSettings.For(FallbackBehaviour.WindowsXp).Timer);
    }

    private static OutboundSituation At(Posture posture) => new() { Rule = posture.Rule, HasClearTo = true };

    private static OutboundAction ActionFor(OutboundSituation now) => PolicyDecision.Outbound(now).Action;
}
