using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Http;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>What is to be explained.</summary>
/// <param name="From">Who dials: <c>me</c>, this node's name or one of its endpoints; or a peer, if <paramref name="To"/> is this node.</param>
/// <param name="To">Who is dialled: a peer, or <c>SERVICE@PEER</c>; or <c>me</c>, this node's name or one of its services.</param>
/// <param name="Port">The port dialled; null is the configuration's.</param>
/// <param name="Policy">This node's policy.</param>
/// <param name="PeerPolicy">The peer's; null if it is not known.</param>
internal sealed record PolicyQuestion(string From, string To, int? Port, NodePolicy Policy, NodePolicy? PeerPolicy);

/// <summary>How it ends with one kind of peer.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Outcome">A cell of the matrix.</param>
internal sealed record PolicyOutcome(string Peer, string Outcome);

/// <summary>The rule that decides on a connection, why, and what becomes of it.</summary>
internal sealed record PolicyExplanation(PolicyQuestion Question, Traffic Traffic, RuleMatch Match, IReadOnlyList<PolicyOutcome> Outcomes)
{
    /// <summary>What becomes of a request with credentials or a body where it would go clear; null where that is not asked.</summary>
    public GuardMode? Guard { get; private init; }

    /// <param name="configuration">The node's own sections.</param>
    /// <param name="values">The whole configuration, with .NET's and YARP's sections.</param>
    /// <param name="question">What is to be explained.</param>
    /// <exception cref="ArgumentException">From and to do not name this node and a peer; the message says how to.</exception>
    public static PolicyExplanation Of(NodeConfiguration configuration, IConfiguration values, PolicyQuestion question)
    {
        OutwardWay[] ways = [.. OutwardWay.Of(configuration, values)];
        var (traffic, way) = Resolve(configuration, ways, question);
        traffic = traffic with { Port = question.Port ?? traffic.Port };
        var match = question.Policy.Find(traffic);
        var peerTraffic = new Traffic(traffic.Direction == Direction.Outbound ? Direction.Inbound : Direction.Outbound)
        {
            PeerIdentities = configuration.Node.Name is { } name ? [name] : [],
            Port = traffic.Port,
            Service = traffic.Service,
        };
        var peerRule = question.PeerPolicy?.Find(peerTraffic).Rule;
        IEnumerable<PolicyOutcome> outcomes = traffic.Direction == Direction.Outbound
            ? Outward(match.Rule, way, peerRule)
            : Inward(match.Rule, HasWayIn(configuration, traffic.Service), peerRule);
        return new PolicyExplanation(question, traffic, match, [.. outcomes]) { Guard = way is { HasClearTo: true } && match.Rule.MaySendClear ? way.Guard : null };
    }

    private static IEnumerable<PolicyOutcome> Outward(PolicyRule rule, OutwardWay? way, PolicyRule? peerRule)
    {
        var start = new OutboundSituation { Rule = rule, HasClearTo = way is { HasClearTo: true }, IsEnquiryOn = way is not { IsEnquiryOn: false } };
        PolicyOutcome Row(string peer, PeerCapability capability, PolicyRule? other) => new(peer, PolicyForecast.Of(start, new PeerModel(capability, other)).ToString());
        var capable = peerRule is not null ? [Row("its policy", PeerCapability.Capable, peerRule)]
            : Posture.All.Select(posture => Row(posture.Name, PeerCapability.Capable, posture.Rule));
        return
        [
            .. capable,
            Row("credentials or suites do not fit", PeerCapability.NoCommonSuite, peerRule ?? Posture.Server.Rule),
            Row("does not speak the protocol", PeerCapability.Silent, null),
        ];
    }

    // Clear connections need a port of the service's own; where no service is known, somebody else's port may be meant.
    private static bool HasWayIn(NodeConfiguration configuration, string? service) =>
        service is null || configuration.Listener?.Services[service].Listen is not null;

    private static IEnumerable<PolicyOutcome> Inward(PolicyRule rule, bool hasWayIn, PolicyRule? peerRule)
    {
        PolicyOutcome Row(string peer, PolicyRule other) =>
            new(peer, PolicyForecast.Of(new OutboundSituation { Rule = other, HasClearTo = hasWayIn }, new PeerModel(PeerCapability.Capable, rule)).ToString());
        var speakers = peerRule is not null ? [Row("its policy", peerRule)] : Posture.All.Select(posture => Row(posture.Name, posture.Rule));
        return [.. speakers, new PolicyOutcome("does not speak the protocol", !hasWayIn ? "blocked: the service has no port of its own" : PolicyDecision.InboundClear(rule).IsAccepted ? "clear" : "clear sent, refused")];
    }

    private static (Traffic Traffic, OutwardWay? Way) Resolve(NodeConfiguration configuration, OutwardWay[] ways, PolicyQuestion question)
    {
        OutwardWay[] ofEndpoint = [.. ways.Where(way => Same(way.Endpoint, question.From))];
        if (IsMe(configuration, question.From) || ofEndpoint.Length > 0)
        {
            return ToPeer(configuration, ofEndpoint.Length > 0 ? ofEndpoint : ways, question);
        }

        var services = configuration.Listener?.Services;
        if (!IsMe(configuration, question.To) && services?.ContainsKey(question.To) != true)
        {
            throw new ArgumentException($"neither {question.From} nor {question.To} is this node: write me, an endpoint (--from) or a service (--to)");
        }

        var service = services is null ? null : Named(services.Keys, question.To) ?? (services.Count == 1 ? services.Keys.First() : null);
        var peer = Peer(configuration, question.From);
        return (peer with { Direction = Direction.Inbound, PeerHost = null, Service = service, Port = service is null ? null : services![service].Listen?.Port }, null);
    }

    private static (Traffic Traffic, OutwardWay? Way) ToPeer(NodeConfiguration configuration, OutwardWay[] ways, PolicyQuestion question)
    {
        var (service, to) = question.To.Split('@') is [var asked, var node] ? (asked, node) : (null, question.To);
        OutwardWay[] there = [.. ways.Where(way => Same(way.Node, to))];
        // An endpoint that is named may be asked about any peer.
        IEnumerable<OutwardWay> meant = there.Length > 0 ? there : ways.Where(way => Same(way.Endpoint, question.From));
        // Of several destinations for one service, that from which clear bytes could go.
        OutwardWay[] candidates = [.. meant.Where(way => service is null || Same(way.Service, service)).OrderByDescending(way => way.HasClearTo).DistinctBy(way => (way.Endpoint, way.To))];
        if (candidates.DistinctBy(way => way.Endpoint).Count() > 1)
        {
            throw new ArgumentException($"several endpoints lead to {to}: write --from with one of {string.Join(", ", candidates.Select(way => way.Endpoint).Distinct())}");
        }

        if (candidates.Length > 1)
        {
            throw new ArgumentException($"endpoint {candidates[0].Endpoint} asks for several services: write --to with one of {string.Join(", ", candidates.Select(way => way.To))}");
        }

        var traffic = Peer(configuration, to) with { Service = service };
        return candidates is [var one] ? (traffic with { Endpoint = one.Endpoint, Service = one.Service }, one) : (traffic, null);
    }

    private static Traffic Peer(NodeConfiguration configuration, string name)
    {
        if (Named(configuration.Nodes.Keys, name) is { } node)
        {
            return PolicyTraffic.ToNode(configuration.Nodes[node]);
        }

        return IPAddress.TryParse(name, out var address)
            ? new Traffic(Direction.Outbound) { PeerAddress = address }
            : new Traffic(Direction.Outbound) { PeerHost = name, PeerIdentities = [name] };
    }

    private static string? Named(IEnumerable<string> names, string name) => names.FirstOrDefault(one => Same(one, name));

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsMe(NodeConfiguration configuration, string name) => Same(name, NodePolicyFactory.Me) || name.Equals(configuration.Node.Name, StringComparison.OrdinalIgnoreCase);
}
