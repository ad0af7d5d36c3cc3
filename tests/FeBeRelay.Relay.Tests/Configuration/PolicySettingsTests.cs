using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

public sealed class PolicySettingsTests : IDisposable
{
    private const string Imap = "policy:policies:migration:rules:imap";

    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void A_policy_becomes_what_was_written()
    {
        var policy = NodePolicyFactory.Effective(_folder.Load(ConfigurationFolder.FrontEnd).Configuration!.Policy);

        Assert.Equal(("migration", Posture.Server), (policy.Name, policy.Posture));
        var rule = Assert.Single(policy.OwnRules);
        Assert.Equal((FilterAction.Negotiate, true, true, false), (rule.Action, rule.InPass, rule.Soft, rule.Ratchet));
        Assert.Equal(["aes128-gcm"], rule.Security.Suites!.Select(suite => suite.Name));
        Assert.Equal((false, 60u), (rule.Security.ForwardSecrecy, rule.Security.Lifetimes!.KeySeconds));
        Assert.Equal(new FallbackSettings(FallbackBehaviour.WindowsXp, TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromMinutes(1)), rule.Fallback);
        var inward = new Traffic(Direction.Inbound) { PeerAddress = IPAddress.Parse("10.1.0.1"), Service = "imap", Port = 8143 };
        Assert.Equal("imap", policy.Find(inward).Rule.Name);
        Assert.Equal("server", policy.Find(inward with { Direction = Direction.Outbound }).Rule.Name);
    }

    [Fact]
    public void Without_the_section_everything_is_required()
        => Assert.Equal(Posture.SecureServer, NodePolicyFactory.Effective(new PolicySettings()).Posture);

    [Theory]
    [InlineData("negotiate", true, true)]
    [InlineData("negotiate", false, false)]
    [InlineData("respond", false, false)]
    public void A_rule_pins_by_default_where_it_would_fall_back(string action, bool soft, bool ratchet)
    {
        var rules = new Dictionary<string, RuleSettings> { ["r"] = new() { Action = action, Soft = soft } };

        Assert.Equal(ratchet, NodePolicyFactory.Create("p", new NodePolicySettings { Rules = rules }).OwnRules[0].Ratchet);
    }

    [Fact]
    public void The_word_me_means_this_hosts_own_addresses()
    {
        var rules = new Dictionary<string, RuleSettings> { ["own"] = new() { Action = "permit", Filters = [new FilterSettings { Peer = "me" }] } };
        var policy = NodePolicyFactory.Create("p", new NodePolicySettings { Rules = rules });

        Assert.Equal("own", policy.Find(new Traffic(Direction.Outbound) { PeerAddress = IPAddress.Loopback }).Rule.Name);
        Assert.Equal("secureServer", policy.Find(new Traffic(Direction.Outbound) { PeerAddress = IPAddress.Parse("192.0.2.1") }).Rule.Name);
    }

    [Theory]
    [InlineData("policy:assigned", "nobody", "policy:assigned", "is neither a posture nor in policy:policies")]
    [InlineData($"{Imap}:filters:0:peer", "*.lab.test", $"{Imap}:filters:0:peer", "names no peer")]
    [InlineData($"{Imap}:filters:0:peer", "10.0.0.0/33", $"{Imap}:filters:0:peer", "names no peer")]
    [InlineData($"{Imap}:filters:0:endpoint", "owa", $"{Imap}:filters:0:endpoint", "is about what goes out, the filter about what comes in only")]
    [InlineData($"{Imap}:action", "permit", $"{Imap}:inpass", "counts with the action negotiate only, not with permit")]
    [InlineData("policy:policies:server:posture", "client", "policy:policies:server", "has the name of a posture")]
    [InlineData("relay:endpoints:owa:clearTo", "be1.lab.test:8443", "relay:endpoints:owa:clearTo", "is the peer's node port, which takes channels only")]
    [InlineData("relay:endpoints:owa:clearTo", "be1.lab.test:0", "relay:endpoints:owa:clearTo", "has no port to connect to")]
    [InlineData("relay:endpoints:owa:clearTo", "127.0.0.1:8080", "relay:endpoints:owa:clearTo", "is this endpoint itself")]
    [InlineData("listener:services:owa:listen", "127.0.0.1:80", "listener:services:owa:listen", "is the back end's own address")]
    [InlineData("listener:services:owa:listen", "0.0.0.0:8443", "listener:services:owa:listen", "is already listened on by listener:listen:0 (0.0.0.0:8443)")]
    [InlineData("listener:services:owa:listen", "unix:/run/x", "listener:services:owa:listen", "is not a port: channels run over TCP")]
    public void What_is_wrong_is_told_at_its_key(string set, string value, string key, string problem)
    {
        var error = Assert.Single(_folder.LoadWith(set, value).Errors);

        Assert.Equal((key, problem), (error.Key, error.Problem));
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void A_tie_is_an_error_that_names_both_rules()
    {
        var result = _folder.Load(ConfigurationFolder.FrontEnd, ConfigurationOverrides.None with
        {
            Settings = [new("policy:policies:migration:rules:mail:action", "permit"), new("policy:policies:migration:rules:mail:filters:0:peer", "BE1.lab.test")],
        });

        var error = Assert.Single(result.Errors);
        Assert.Contains("ties with rule", error.Problem, StringComparison.Ordinal);
        Assert.Contains("peer be1.lab.test", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assignment_stands_above_the_file_and_below_the_command_line()
    {
        PolicyAssignment.Write(_folder.Path("node.json"), "client");
        Assert.Equal("client", _folder.Load(ConfigurationFolder.FrontEnd).Configuration!.Policy.Assigned);
        Assert.Equal("server", _folder.LoadWith("policy:assigned", "server").Configuration!.Policy.Assigned);

        PolicyAssignment.Write(_folder.Path("node.json"), "nobody");
        Assert.Equal("node.json.assigned", Assert.Single(_folder.Load(ConfigurationFolder.FrontEnd).Errors).Origin);

        Assert.True(PolicyAssignment.Remove(_folder.Path("node.json")));
        Assert.False(PolicyAssignment.Remove(_folder.Path("node.json")));
        Assert.Equal("migration", _folder.Load(ConfigurationFolder.FrontEnd).Configuration!.Policy.Assigned);
    }

    [Fact]
    public void A_policy_is_read_from_a_file_of_its_own_and_from_another_nodes_configuration()
    {
        File.WriteAllText(_folder.Path("strict.json"), """{ "rules": { "all": { "action": "block" } } }""");
        var own = PolicyFile.Load(_folder.Path("strict.json"));
        Assert.Equal(("strict", Posture.SecureServer, "all"), (own.Policy!.Name, own.Policy.Posture, own.Policy.OwnRules[0].Name));

        _folder.Load(ConfigurationFolder.FrontEnd);
        Assert.Equal("migration", PolicyFile.Load(_folder.Path("node.json")).Policy!.Name);

        File.WriteAllText(_folder.Path("bad.json"), """{ "rules": { "all": { "action": "deny", "colour": 1 } } }""");
        Assert.Equal(["rules:all:action", "rules:all:colour"], PolicyFile.Load(_folder.Path("bad.json")).Errors.Select(error => error.Key).Order());
        Assert.Contains("cannot be read as a policy", Assert.Single(PolicyFile.Load(_folder.Path("gone.json")).Errors).Problem, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
