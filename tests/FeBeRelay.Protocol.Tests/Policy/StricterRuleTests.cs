using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>While a policy is prepared nothing goes clear that it or the one in effect would keep back.</summary>
public sealed class StricterRuleTests
{
    private static readonly PolicyRule Block = new() { Name = "block", Action = FilterAction.Block };
    private static readonly PolicyRule Permit = new() { Name = "permit", Action = FilterAction.Permit };

    [Fact]
    public void Nothing_goes_clear_unless_both_rules_send_it_clear_in_any_situation()
    {
        PolicyRule[] rules = [.. Situations.Rules().Where(r => !r.InPass && !r.Ratchet)];
        OutboundSituation[] facts = [.. Situations.Facts(rules[0]).Where(f => f.HasClearTo)];
        foreach (PolicyRule current in rules)
        {
            foreach (PolicyRule next in rules)
            {
                PolicyRule both = StricterRule.Outward(current, next);
                OutboundSituation? leak = Array.Find(facts, f => IsClear(f, both) && !(IsClear(f, current) && IsClear(f, next)));
                Assert.True(leak is null, $"{current} and {next}: {leak}");
            }
        }
    }

    [Fact]
    public void Of_the_postures_the_less_open_one_holds_whichever_comes_later()
    {
        PolicyRule[] openToClosed = [Permit, Posture.Client.Rule, Posture.Server.Rule, Posture.SecureServer.Rule, Block];
        for (int i = 0; i < openToClosed.Length; i++)
        {
            for (int j = i; j < openToClosed.Length; j++)
            {
                Assert.Equal(openToClosed[j].Name, StricterRule.Outward(openToClosed[i], openToClosed[j]).Name);
                Assert.Equal(openToClosed[j].Name, StricterRule.Outward(openToClosed[j], openToClosed[i]).Name);
            }
        }
    }

    [Fact]
    public void A_rule_and_itself_are_that_rule() => Assert.All(Situations.Rules(), rule => Assert.Equal(rule, StricterRule.Outward(rule, rule)));

    [Fact]
    public void A_peer_is_pinned_if_either_rule_pins_it()
    {
        PolicyRule loose = Posture.Server.Rule with { Ratchet = false };

        Assert.True(StricterRule.Outward(loose, Posture.Server.Rule).Ratchet);
        Assert.True(StricterRule.Outward(Posture.Server.Rule, loose).Ratchet);
        Assert.False(StricterRule.Outward(loose, loose).Ratchet);
    }

    [Fact]
    public void Channels_are_protected_as_the_peers_take_them_now_and_forward_secret_if_either_asks()
    {
        var now = new SecurityMethods([Suite.Aes128Gcm], ForwardSecrecy: false, Lifetimes.Default);
        PolicyRule current = Posture.Server.Rule with { Security = now };
        PolicyRule next = Posture.SecureServer.Rule with { Security = new SecurityMethods([Suite.Aes256Gcm], ForwardSecrecy: true, null) };

        Assert.Equal(now with { ForwardSecrecy = true }, StricterRule.Outward(current, next).Security);
        Assert.Equal(now, StricterRule.Outward(current, next with { Security = now }).Security);
    }

    private static bool IsClear(OutboundSituation facts, PolicyRule rule) => PolicyDecision.Outbound(facts with { Rule = rule }).IsClear;
}
