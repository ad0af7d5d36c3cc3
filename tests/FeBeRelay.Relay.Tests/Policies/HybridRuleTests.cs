using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Relay.Tests.Policies.Outbound;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies;

/// <summary>Rules that name key exchange groups: what both nodes then have, what is told where a peer settles for less, and who is refused where less is not allowed.</summary>
public sealed class HybridRuleTests
{
    private static readonly Group Hybrid = Group.P256MlKem768;
    private static readonly Group[] Preferred = [Hybrid, Group.P256];
    private static readonly Group[] Required = [Hybrid];

    [Fact]
    public async Task Two_that_prefer_the_hybrid_group_have_it_and_nothing_is_missed()
    {
        await using var site = new Site(Preferred, Preferred);

        await site.AssertServedAsync();

        Assert.Equal((Hybrid, Hybrid), site.Groups);
        AuditEvent made = await site.Nodes.RelayAudit.SingleAsync(AuditEventId.AssociationEstablished);
        Assert.Equal("p256-mlkem768", made.Group);
        Assert.Empty(site.Missed);
    }

    [Fact]
    public async Task One_that_only_takes_it_gives_it_to_one_that_requires_it()
    {
        await using var site = new Site(Required, [Group.P256, Hybrid]);

        await site.AssertServedAsync();

        Assert.Equal((Hybrid, Hybrid), site.Groups);
        Assert.Empty(site.Missed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_prefers_it_is_told_that_the_peer_settled_for_less(bool relayPrefers)
    {
        await using var site = new Site(relayPrefers ? Preferred : null, relayPrefers ? null : Preferred);

        await site.AssertServedAsync();

        Assert.Equal((Group.P256, Group.P256), site.Groups);
        AuditEvent missed = await (relayPrefers ? site.Nodes.RelayAudit : site.Nodes.ListenerAudit).SingleAsync(AuditEventId.WeakerExchange);
        Assert.Equal(("main", "p256", "aes256-gcm"), (missed.Mode, missed.Group, missed.Suite));
        Assert.Contains("prefers p256-mlkem768", missed.Reason, StringComparison.Ordinal);
        Assert.Equal([relayPrefers ? TestNodes.BackEndName : TestNodes.FrontEndName], missed.PeerIdentity);
        Assert.Single(site.Missed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_requires_it_and_who_lacks_it_have_nothing_in_common(bool relayRequires)
    {
        await using var site = new Site(relayRequires ? Required : null, relayRequires ? null : Required);

        await site.AssertRefusedAsync();

        AuditEvent here = await site.Nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        AuditEvent there = await site.Nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal((FailurePoint.Peer, "AlertedByPeer"), (here.FailurePoint, here.Error));
        Assert.Equal((FailurePoint.Me, "NothingInCommon"), (there.FailurePoint, there.Error));
        Assert.Contains($"offers no group ({(relayRequires ? "p256" : "p256-mlkem768")})", there.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_only_the_peers_own_rule_requires_it_the_peer_is_declined_when_it_is_known()
    {
        Assert.True(PeerFilter.TryParse(TestNodes.FrontEndName, out PeerFilter? frontEnd));
        var ownRule = new PolicyFilter { Peer = frontEnd };
        await using var site = new Site(null, Required, ownRule);

        await site.AssertRefusedAsync();

        AuditEvent here = await site.Nodes.RelayAudit.SingleFailureAsync(AuditEventId.MainModeFailed);
        AuditEvent there = await site.Nodes.ListenerAudit.SingleFailureAsync(AuditEventId.InvalidData);
        Assert.Equal((FailurePoint.Peer, "negotiation_failed"), (here.FailurePoint, here.Code));
        Assert.Equal((FailurePoint.Me, "tested"), (there.FailurePoint, there.Rule));
        Assert.Contains("does not allow p256 to this peer", there.Reason, StringComparison.Ordinal);
        Assert.Equal([TestNodes.FrontEndName], there.PeerIdentity);
    }

    [Fact]
    public async Task A_floor_that_comes_while_an_association_lives_makes_another_one_in_its_place()
    {
        await using var site = new Site(Preferred, null);
        await site.AssertServedAsync();
        Assert.Equal((Group.P256, Group.P256), site.Groups);

        site.ListenerPolicy.Change(Site.PolicyOf(Required, PolicyFilter.All), "the test");

        // The channel that is there is of the old group: its next stream is refused, and it ends. If it is not back yet, its association is refused at once.
        if (await site.AskAsync() == OutboundNodes.Reset)
        {
            await site.AssertServedAsync();
        }
        Assert.Equal((Hybrid, Hybrid), site.Groups);
        Assert.Contains(site.Nodes.ListenerAudit.Events, e => e.Reason?.Contains("does not allow p256", StringComparison.Ordinal) == true);
    }

    /// <summary>A relay and a listener whose only rule names these groups; null for the node's own, which is P-256.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private const string Answer = "answer";
        private readonly StubPeer _backEnd = StubPeer.Answering(Answer);
        private readonly Node _relay;
        private readonly Node _listener;

        public Site(Group[]? relay, Group[]? listener, PolicyFilter? listenerFilter = null)
        {
            ListenerPolicy = new EffectivePolicy(PolicyOf(listener, listenerFilter ?? PolicyFilter.All));
            Nodes = new LoggedNodes { ListenerPolicy = ListenerPolicy };
            _listener = Nodes.StartListener(new Relay.Services.Service("owa", _backEnd.EndPoint, [TestNodes.FrontEndName], ProxyProtocol: false));
            _relay = Nodes.StartRelay(new NodeOptions
            {
                Name = TestNodes.FrontEndName,
                Identity = Nodes.Identity(TestNodes.FrontEndName),
                Peers = [LoggedNodes.PeerAt(_listener)],
                Endpoints = [new EndpointOptions("owa", new IPEndPoint(IPAddress.Loopback, 0), "be", "owa")],
                Policy = new EffectivePolicy(PolicyOf(relay, PolicyFilter.All)),
            });
        }

        public LoggedNodes Nodes { get; }

        public EffectivePolicy ListenerPolicy { get; }

        /// <summary>Of the newest association at either end.</summary>
        public (Group Relay, Group Listener) Groups => (Newest(_relay).Group, Newest(_listener).Group);

        /// <summary>Where either end was told that a peer settled for less.</summary>
        public IEnumerable<AuditEvent> Missed =>
            Nodes.RelayAudit.Events.Concat(Nodes.ListenerAudit.Events).Where(e => e.Id == (int)AuditEventId.WeakerExchange);

        public static NodePolicy PolicyOf(Group[]? groups, PolicyFilter filter) => new(
            "tested", Posture.SecureServer,
            [Posture.SecureServer.Rule with { Name = "tested", Filters = [filter], Security = SecurityMethods.Default with { Groups = groups } }]);

        public async Task AssertServedAsync() => Assert.Equal(Answer, await AskAsync());

        public async Task<string> AskAsync()
        {
            using Socket application = await LoggedNodes.ConnectAsync(_relay.EndPointOf("owa"));
            return await OutboundNodes.AskAsync(application);
        }

        public Task AssertRefusedAsync() => LoggedNodes.AssertResetAsync(_relay.EndPointOf("owa"));

        public async ValueTask DisposeAsync()
        {
            await Nodes.DisposeAsync();
            _backEnd.Dispose();
        }

        private static Association Newest(Node node) => node.Associations.All.MaxBy(association => association.Created)!;
    }
}
