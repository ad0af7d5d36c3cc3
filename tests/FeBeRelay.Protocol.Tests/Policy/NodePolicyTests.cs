using System.Net;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

public sealed class NodePolicyTests
{
    private static readonly Traffic Connection = new(Direction.Outbound)
    {
        PeerAddress = IPAddress.Parse("10.1.2.3"),
        PeerHost = "be1.lab.test",
        PeerIdentities = ["be1.lab.test", "ou=back ends"],
        Service = "owa",
        Endpoint = "mail",
        Port = 8443,
    };

    // From the least specific to the most: each one wins over all before it.
    private static readonly PolicyFilter[] Ladder =
    [
        PolicyFilter.All,
        PolicyFilter.All with { IsMirrored = false },
        PolicyFilter.All with { Port = 8443 },
        PolicyFilter.All with { Service = "owa" },
        PolicyFilter.All with { Service = "owa", Port = 8443 },
        PolicyFilter.All with { Endpoint = "mail" },
        PolicyFilter.All with { Peer = Peer("10.0.0.0/8") },
        PolicyFilter.All with { Peer = Peer("10.1.0.0/16") },
        PolicyFilter.All with { Peer = Peer("10.1.2.3") },
        PolicyFilter.All with { Peer = Peer("10.1.2.3"), Service = "owa" },
        PolicyFilter.All with { Peer = Peer("host:be1.lab.test") },
        PolicyFilter.All with { Peer = Peer("ou=Back Ends") },
        PolicyFilter.All with { Peer = Peer("be1.lab.test") },
    ];

    public static TheoryData<PeerCapability> Capabilities => [.. Enum.GetValues<PeerCapability>()];

    [Theory]
    [MemberData(nameof(Capabilities))]
    public void An_audit_only_policy_refuses_nothing_and_protects_whom_it_can(PeerCapability capability)
    {
        PolicyRule block = Rule("block", PolicyFilter.All with { Port = 25 }) with { Action = FilterAction.Block };
        var policy = new NodePolicy("p", Posture.SecureServer, [block], isAuditOnly: true);
        Assert.True(policy.IsAuditOnly);
        Assert.Equal(["block", "secureServer"], policy.InOrder.Select(entry => entry.Rule.Name));
        foreach (PolicyRule rule in policy.InOrder.Select(entry => entry.Rule))
        {
            var peer = new PeerModel(capability, Posture.SecureServer.Rule);
            string outcome = PolicyForecast.Of(new OutboundSituation { Rule = rule, HasClearTo = true }, peer with { Rule = capability == PeerCapability.Capable ? Posture.SecureServer.Rule : null }).ToString();
            Assert.StartsWith(capability == PeerCapability.Capable ? "secured" : "clear", outcome, StringComparison.Ordinal);
            Assert.True(PolicyDecision.InboundClear(rule).IsAccepted && rule is { WouldRefuseClear: true, WouldNotSendClear: true, Ratchet: false });
        }
        Assert.Equal([true, false], policy.InOrder.Select(entry => entry.Rule.WouldBlock));
        Assert.DoesNotContain(new NodePolicy("p", Posture.SecureServer, [block]).InOrder, entry => entry.Rule.WouldRefuseClear || entry.Rule.WouldBlock);
    }

    [Fact]
    public void The_most_specific_filter_wins_in_any_order_of_rules()
    {
        PolicyRule[] rules = [.. Ladder.Select((filter, i) => Rule($"r{i:00}", filter))];
        var random = new Random(20261124);
        for (int count = 1; count <= rules.Length; count++)
        {
            for (int shuffles = 0; shuffles < 5; shuffles++)
            {
                PolicyRule[] some = [.. rules.Take(count)];
                random.Shuffle(some);
                Assert.Equal($"r{count - 1:00}", new NodePolicy("p", Posture.SecureServer, some).Find(Connection).Rule.Name);
            }
        }
    }

    [Fact]
    public void What_no_rule_is_about_is_the_postures()
    {
        var policy = new NodePolicy("p", Posture.Server, [Rule("other", PolicyFilter.All with { Service = "imap" })]);

        RuleMatch match = policy.Find(Connection);

        Assert.Equal("server", match.Rule.Name);
        Assert.Empty(match.LessSpecific);
    }

    [Fact]
    public void A_match_names_what_it_was_more_specific_than()
    {
        var policy = new NodePolicy("p", Posture.Server, [Rule("wide", PolicyFilter.All with { Port = 8443 }), Rule("narrow", PolicyFilter.All with { Service = "owa" })]);

        RuleMatch match = policy.Find(Connection);

        Assert.Equal("narrow", match.Rule.Name);
        Assert.Equal(["wide", "server"], match.LessSpecific.Select(entry => entry.Rule.Name));
    }

    [Fact]
    public void Two_rules_of_one_specificity_for_the_same_traffic_tie()
    {
        PolicyFilter filter = PolicyFilter.All with { Peer = Peer("10.0.0.0/8"), Service = "owa" };
        var policy = new NodePolicy("p", Posture.Server, [Rule("one", filter), Rule("other", filter with { Peer = Peer("::ffff:10.9.9.9/104") })]);

        RuleTie tie = Assert.Single(policy.Ties());

        Assert.Equal(("one", "other"), (tie.One.Name, tie.Other.Name));
    }

    [Fact]
    public void Rules_that_differ_in_what_they_match_do_not_tie()
    {
        PolicyFilter filter = PolicyFilter.All with { Peer = Peer("10.0.0.0/8"), IsMirrored = false };
        PolicyFilter[] others =
        [
            filter with { Peer = Peer("11.0.0.0/8") },
            filter with { Port = 443 },
            filter with { Direction = Direction.Inbound },
            filter with { IsMirrored = true },
        ];

        Assert.All(others, other => Assert.Empty(new NodePolicy("p", Posture.Server, [Rule("one", filter), Rule("other", other)]).Ties()));
    }

    [Fact]
    public void Where_rules_tie_the_stricter_one_holds_until_it_is_mended()
    {
        PolicyRule permit = Rule("a", PolicyFilter.All) with { Action = FilterAction.Permit };
        PolicyRule block = Rule("b", PolicyFilter.All) with { Action = FilterAction.Block };

        Assert.Equal("b", new NodePolicy("p", Posture.Server, [permit, block]).Find(Connection).Rule.Name);
    }

    private static PeerFilter Peer(string text) => PeerFilter.TryParse(text, out PeerFilter? peer) ? peer : throw new ArgumentException(text);

    private static PolicyRule Rule(string name, PolicyFilter filter) => new() { Name = name, Filters = [filter], Action = FilterAction.Negotiate };
}
