using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Relay.Tests.Services;

/// <summary>The listener's rule decides on channels at main mode, at quick mode and at each stream, and says how they are protected.</summary>
public sealed class InboundChannelTests : IAsyncDisposable
{
    private readonly BackEndStub _backEnd = new();
    private readonly EffectivePolicy _policy = new(NodePolicy.Of(Posture.SecureServer));
    private readonly LoggedNodes _nodes;

    public InboundChannelTests() => _nodes = new LoggedNodes { ListenerPolicy = _policy };

    public static TheoryData<string> Peers => [TestNodes.FrontEndName, "127.0.0.0/8", "any"];

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task A_peer_that_a_rule_blocks_gets_no_association_and_both_nodes_tell_it(string peer)
    {
        _policy.Change(Policy(Rule("away", FilterAction.Block, peer)), "test");
        Node relay = StartBoth();

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal(("away", "main", FailurePoint.Me, TestNodes.FrontEndName), (refused.Rule, refused.Mode, refused.FailurePoint, Assert.Single(refused.PeerIdentity!)));
        AuditEvent told = await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal((FailurePoint.Peer, "not_authorised", null), (told.FailurePoint, told.Code, told.Rule));
    }

    [Fact]
    public async Task A_rule_for_one_service_decides_when_its_stream_opens()
    {
        _policy.Change(Policy(Rule("not owa", FilterAction.Block, "any") with { Filters = [new PolicyFilter { Service = "owa" }] }), "test");
        Node relay = StartBoth();

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ServiceRefused);
        Assert.Equal(("not owa", "not_authorised", "owa"), (refused.Rule, refused.Code, refused.Service));
        Assert.Equal("not_authorised", (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.ServiceRefused)).Code);
        Assert.True(_backEnd.IsUntouched);
    }

    [Fact]
    public async Task A_policy_that_comes_to_block_a_peer_ends_its_channel_at_the_next_stream_and_refuses_it_another()
    {
        Node relay = StartBoth();
        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), _backEnd);
        await Eventually.TrueAsync(() => relay.IdleChannels == 1);
        _policy.Change(Policy(Rule("away", FilterAction.Block, TestNodes.FrontEndName)), "test");

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));
        AuditEvent refused = await _nodes.ListenerAudit.SingleAsync(AuditEventId.ServiceRefused);
        Assert.Equal(("away", FailurePoint.Me), (refused.Rule, refused.FailurePoint));

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));
        AuditEvent atQuickMode = await _nodes.ListenerAudit.SingleAsync(AuditEventId.PeerNotAllowed);
        Assert.Equal(("away", "quick", FailurePoint.Me), (atQuickMode.Rule, atQuickMode.Mode, atQuickMode.FailurePoint));
        Assert.Equal("not_authorised", (await _nodes.RelayAudit.SingleAsync(AuditEventId.PeerNotAllowed)).Code);
    }

    [Fact]
    public async Task A_stream_that_is_open_outlives_a_policy_that_forbids_the_next()
    {
        Node relay = StartBoth();
        using Socket application = await LoggedNodes.ConnectAsync(relay.EndPointOf("be"));
        await application.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync();
        _policy.Change(NodePolicy.Of(Posture.Client), "test");
        _policy.Change(Policy(Rule("away", FilterAction.Block, "any")), "test");
        application.Shutdown(SocketShutdown.Send);
        Assert.Equal("one", await StreamTests.ReadToEndAsync(served));
        await served.SendAsync("two"u8.ToArray());
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal("two", await StreamTests.ReadToEndAsync(application));
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task A_rules_suites_and_lifetimes_are_the_responders(string peer)
    {
        var lifetimes = new Lifetimes(600, 7, 60, 2_048);
        _policy.Change(Policy(Rule("old suite", FilterAction.Negotiate, peer) with { Security = new SecurityMethods([Suite.Aes128Gcm], true, lifetimes) }), "test");
        Node relay = StartBoth(Suite.Aes128Gcm);

        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), _backEnd);

        AuditEvent established = await _nodes.ListenerAudit.SingleAsync(AuditEventId.AssociationEstablished);
        Assert.Equal((Suite.Aes128Gcm.Name, 600L, 7L, 60L, 2_048L), (
            established.Suite, established.AssociationSeconds, established.AssociationQuickModes, established.KeySeconds, established.KeyKilobytes));
    }

    [Fact]
    public async Task A_suite_that_is_for_others_is_refused_when_it_is_known_who_comes()
    {
        _policy.Change(Policy(Rule("strict", FilterAction.Negotiate, TestNodes.FrontEndName) with { Security = new SecurityMethods([Suite.Aes128Gcm], true, null) }), "test");
        Node relay = StartBoth();

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        AuditEvent refused = await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal(("strict", "NothingInCommon"), (refused.Rule, refused.Error));
        Assert.Equal("negotiation_failed", (await _nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed)).Code);
    }

    [Fact]
    public async Task A_suite_that_a_services_rule_does_not_name_is_refused_at_the_stream()
    {
        PolicyRule rule = Rule("strict", FilterAction.Negotiate, "any") with
        {
            Filters = [new PolicyFilter { Service = "owa" }],
            Security = new SecurityMethods([Suite.Aes128Gcm], true, null),
        };
        _policy.Change(Policy(rule), "test");
        Node relay = StartBoth();

        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        Assert.Equal("strict", (await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ServiceRefused)).Rule);
    }

    [Theory]
    [InlineData("client", "None", "Optional")]
    [InlineData("client", "Request", "Protected")]
    [InlineData("server", "None", "Protected")]
    [InlineData("secureServer", "None", "Protected")]
    public async Task An_enquiry_is_answered_by_the_rule(string posture, string demand, string answer)
    {
        _policy.Change(NodePolicy.Of(Posture.All.Single(p => p.Name == posture)), "test");
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        using X509Certificate2 leaf = _nodes.Authority.Issue(TestNodes.FrontEndName);
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            Assert.Equal(answer, (await SocketInitiator.RunMainModeAsync(peer, leaf, Enum.Parse<Demand>(demand), TestContext.Current.CancellationToken)).ToString());
        }
        if (answer == "Optional")
        {
            AuditEvent ended = await _nodes.ListenerAudit.SingleAsync(AuditEventId.AssociationEnded);
            Assert.Equal("an enquiry was answered", ended.Reason);
            Assert.Empty(listener.Associations.All);
        }
        Assert.Empty(_nodes.ListenerAudit.Failures);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _backEnd.Dispose();
    }

    private static PolicyRule Rule(string name, FilterAction action, string peer) => new()
    {
        Name = name,
        Action = action,
        Filters = [new PolicyFilter { Peer = PeerFilter.TryParse(peer, out PeerFilter? filter) ? filter : throw new ArgumentException(peer) }],
    };

    private static NodePolicy Policy(params IReadOnlyList<PolicyRule> rules) => new("test", Posture.SecureServer, rules);

    private Node StartBoth(Suite? suite = null)
    {
        Node listener = _nodes.StartListener(LoggedNodes.ServiceOf(_backEnd));
        using X509Certificate2 leaf = _nodes.Authority.Issue(TestNodes.FrontEndName);
        NodeIdentity identity = _nodes.Identity(leaf, [PeerRole.Initiator], suite ?? Suite.Aes256Gcm);
        return _nodes.StartRelay(identity, "fe", "owa", LoggedNodes.PeerAt(listener));
    }
}
