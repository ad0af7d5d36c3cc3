using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>A running node takes over what the command assigns, and at the operator's word what the configuration says; errors change nothing.</summary>
public sealed class PolicyWatchTests : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly string _file = Path.GetTempFileName();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _changes = [];
    private readonly List<string> _rejections = [];
    private readonly CollectedAudit _audit = new();
    private readonly EffectivePolicy _policy;
    private readonly PolicyWatch _watch;
    private string _assigned = "secureServer";
    private bool _isBroken;

    public PolicyWatchTests()
    {
        var source = new PolicySource(_file, Load);
        _policy = new EffectivePolicy(NodePolicyFactory.Effective(Load().Configuration!.Policy));
        _policy.Changed += change => _changes.Add($"{change.Before.Name} > {change.Now.Name}: {change.Reason}");
        _policy.Rejected += _rejections.Add;
        var audit = new AuditLog(_audit, AuditSelection.All, "fe1", _time);
        _watch = new PolicyWatch(source, _policy, Load().Values, new PolicyTrials(source, _policy, audit, _time, NullLogger.Instance), _time);
        _watch.Start(Every);
    }

    [Fact]
    public void An_assignment_is_seen_at_the_next_look_and_so_is_its_end()
    {
        _time.Advance(Every);
        Assert.Empty(_changes);
        PolicyAssignment.Write(_file, "server");
        _time.Advance(Every);
        Assert.Equal("server", _policy.Current.Name);
        PolicyAssignment.Remove(_file);
        _time.Advance(Every);

        Assert.Equal(["secureServer > server: server was assigned", "server > secureServer: the assignment was taken back"], _changes);
    }

    [Fact]
    public void What_the_configuration_says_counts_when_the_operator_asks()
    {
        _assigned = "client";
        _time.Advance(Every);
        Assert.Equal("secureServer", _policy.Current.Name);
        _watch.Reload();
        _watch.Reload();

        Assert.Equal(["secureServer > client: read anew"], _changes);
    }

    [Fact]
    public void A_configuration_with_errors_changes_nothing_and_is_told()
    {
        _isBroken = true;
        PolicyAssignment.Write(_file, "client");
        _time.Advance(Every);

        Assert.Equal("secureServer", _policy.Current.Name);
        Assert.Contains("client was assigned, but node.json policy is broken; mend it", Assert.Single(_rejections), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_on_trial_is_rolled_back_at_its_time_unless_it_is_confirmed()
    {
        PolicyAssignment.Write(_file, "server");
        PolicyTrial.Start(_file, "client", _time.GetUtcNow() + TimeSpan.FromSeconds(25));
        _time.Advance(Every);
        Assert.Equal(("client", (DateTimeOffset?)(_time.GetUtcNow() + TimeSpan.FromSeconds(15))), (_policy.Current.Name, _policy.TrialUntil));
        // Replaced on trial: what was there before both is what comes back.
        PolicyTrial.Start(_file, "requireInRequestOut", _time.GetUtcNow() + TimeSpan.FromSeconds(14));
        _time.Advance(Every);
        Assert.Equal("requireInRequestOut", _policy.Current.Name);
        _time.Advance(TimeSpan.FromSeconds(4.5));
        Assert.Equal(("server", (DateTimeOffset?)null), (_policy.Current.Name, _policy.TrialUntil));

        PolicyTrial.Start(_file, "client", _time.GetUtcNow() + TimeSpan.FromSeconds(25));
        _time.Advance(Every);
        Assert.True(PolicyTrial.Confirm(_file));
        _time.Advance(Every * 5);
        Assert.Equal(("client", (DateTimeOffset?)null), (_policy.Current.Name, _policy.TrialUntil));
        Assert.Equal([9060, 9060, 9062, 9060, 9061], _audit.Events.Select(one => one.Id).Where(id => id is >= 9060 and < 9070));
    }

    [Fact]
    public void Assigning_for_good_ends_a_trial_and_what_a_crash_left_of_a_rollback_is_finished()
    {
        PolicyTrial.Start(_file, "client", _time.GetUtcNow() + Every * 3);
        _time.Advance(Every);
        PolicyAssignment.Write(_file, "server");
        _time.Advance(Every * 5);
        Assert.Equal("server", _policy.Current.Name);

        PolicyTrial.Start(_file, "client", _time.GetUtcNow() + Every * 30);
        File.Move(PolicyTrial.FileOf(_file), PolicyTrial.FileOf(_file) + ".over");
        _time.Advance(Every);
        Assert.Equal("server", _policy.Current.Name);
        Assert.Null(PolicyTrial.Read(_file));
    }

    [Fact]
    public void A_bundle_stands_above_the_nodes_own_policy_whatever_that_becomes()
    {
        _policy.Change(NodePolicy.Of(Posture.RequireInRequestOut), "bundle");
        PolicyAssignment.Write(_file, "client");
        _time.Advance(Every);

        Assert.Equal(("requireInRequestOut", "client"), (_policy.Current.Name, _policy.Own.Name));
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        PolicyAssignment.Remove(_file);
        File.Delete(_file);
    }

    private ConfigurationLoadResult Load()
    {
        var values = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("policy:assigned", _assigned)])
            .AddInMemoryCollection(PolicyAssignment.Read(_file))
            .Build();
        if (_isBroken)
        {
            return new ConfigurationLoadResult(null, values, [new ConfigurationError("policy", null, "is broken", "mend it") { Origin = "node.json" }]);
        }
        var certificate = new CertificateSettings { Path = "fe1.pem" };
        var node = new LocalNodeSettings { Certificate = certificate, TrustedRoots = [] };
        return new ConfigurationLoadResult(
            new NodeConfiguration { Node = node, Policy = new PolicySettings { Assigned = values["policy:assigned"]! } }, values, []);
    }
}
