using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

public sealed class InboundDecisionTests
{
    [Fact]
    public void A_clear_connection_is_taken_only_where_a_rule_says_so()
    {
        foreach (PolicyRule rule in Situations.Rules())
        {
            bool expected = rule.Action is FilterAction.Permit or FilterAction.Respond || (rule.Action == FilterAction.Negotiate && rule.InPass);
            Assert.Equal(expected, PolicyDecision.InboundClear(rule).IsAccepted);
        }
    }

    [Theory]
    [InlineData("client", true)]
    [InlineData("server", true)]
    [InlineData("requireInRequestOut", false)]
    [InlineData("secureServer", false)]
    public void Postures_that_require_take_no_clear_connection(string name, bool accepted)
    {
        Assert.True(Posture.TryFind(name, out Posture? posture));

        InboundDecision decision = PolicyDecision.InboundClear(posture.Rule);

        Assert.Equal((accepted, accepted ? BlockReason.None : BlockReason.ClearNotAccepted), (decision.IsAccepted, decision.Reason));
    }

    [Fact]
    public void A_channel_is_taken_by_every_rule_but_block()
    {
        foreach (PolicyRule rule in Situations.Rules())
        {
            foreach (Demand demand in Enum.GetValues<Demand>())
            {
                InboundDecision decision = PolicyDecision.InboundChannel(rule, demand);
                Assert.Equal(rule.Action != FilterAction.Block, decision.IsAccepted);
                Assert.Equal(rule.Action == FilterAction.Block ? BlockReason.Rule : BlockReason.None, decision.Reason);
            }
        }
    }

    [Theory]
    [InlineData("client", Demand.None, Answer.Optional)]
    [InlineData("client", Demand.Request, Answer.Protected)]
    [InlineData("client", Demand.Require, Answer.Protected)]
    [InlineData("server", Demand.None, Answer.Protected)]
    [InlineData("server", Demand.Require, Answer.Protected)]
    [InlineData("secureServer", Demand.None, Answer.Protected)]
    [InlineData("requireInRequestOut", Demand.None, Answer.Protected)]
    public void Accept_answers_protected_unless_neither_side_asks_for_it(string name, Demand demand, Answer answer)
    {
        Assert.True(Posture.TryFind(name, out Posture? posture));

        Assert.Equal(answer, PolicyDecision.InboundChannel(posture.Rule, demand).Answer);
    }
}
