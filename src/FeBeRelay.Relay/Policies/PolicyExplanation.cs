using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>What is to be explained.</summary>
/// <param name="From">Who dials: <c>me</c>, this node's name or one of its relay endpoints; or a peer, if <paramref name="To"/> is this node.</param>
/// <param name="To">Who is dialled: a peer; or <c>me</c>, this node's name or one of its services.</param>
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
    /// <exception cref="ArgumentException">From and to do not name this node and a peer; the message says how to.</exception>
    public static PolicyExplanation Of(NodeConfiguration configuration, PolicyQuestion question)
    {
        var (traffic, endpoint) = Resolve(configuration, question);
        traffic = traffic with { Port = question.Port ?? traffic.Port };
        var match = question.Policy.Find(traffic);
        var peerTraffic = new Traffic(traffic.Direction == Direction.Outbound ? Direction.Inbound : Direction.Outbound)
        {
            PeerIdentities = configuration.Node.Name is { } name ? [name] : [],
            Port = traffic.Port,
            Service = traffic.Service,
        };
        var peerRule = question.PeerPolicy?.Find(peerTraffic).Rule;
        return new PolicyExplanation(
            question, traffic, match, traffic.Direction == Direction.Outbound ? [.. Outward(match.Rule, endpoint, peerRule)] : [.. Inward(match.Rule, HasWayIn(configuration, traffic.Service), peerRule)]);
    }

    private static IEnumerable<PolicyOutcome> Outward(PolicyRule rule, RelayEndpointSettings? endpoint, PolicyRule? peerRule)
    {
        var start = new OutboundSituation { Rule = rule, HasClearTo = endpoint?.ClearTo is not null, IsEnquiryOn = endpoint?.Enquiry != "off" };
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

    private static (Traffic Traffic, RelayEndpointSettings? Endpoint) Resolve(NodeConfiguration configuration, PolicyQuestion question)
    {
        if (IsMe(configuration, question.From) || configuration.Relay.Endpoints.ContainsKey(question.From))
        {
            return ToPeer(configuration, question.From, question.To);
        }

        var services = configuration.Listener?.Services;
        if (!IsMe(configuration, question.To) && services?.ContainsKey(question.To) != true)
        {
            throw new ArgumentException($"neither {question.From} nor {question.To} is this node: write me, a relay endpoint (--from) or a service (--to)");
        }

        var service = services is null ? null : Named(services.Keys, question.To) ?? (services.Count == 1 ? services.Keys.First() : null);
        var peer = Peer(configuration, question.From);
        return (peer with { Direction = Direction.Inbound, PeerHost = null, Service = service, Port = service is null ? null : services![service].Listen?.Port }, null);
    }

    private static (Traffic Traffic, RelayEndpointSettings? Endpoint) ToPeer(NodeConfiguration configuration, string from, string to)
    {
        var candidates = configuration.Relay.Endpoints.Where(
            entry => entry.Key.Equals(from, StringComparison.OrdinalIgnoreCase) || entry.Value.Node.Equals(to, StringComparison.OrdinalIgnoreCase)).ToArray();
        var named = candidates.FirstOrDefault(entry => entry.Key.Equals(from, StringComparison.OrdinalIgnoreCase));
        if (named.Key is null && candidates.Length > 1)
        {
            throw new ArgumentException($"several relay endpoints lead to {to}: write --from with one of {string.Join(", ", candidates.Select(entry => entry.Key))}");
        }

        var endpoint = named.Key is not null ? named : candidates.FirstOrDefault();
        var traffic = Peer(configuration, to);
        return endpoint.Key is null ? (traffic, null) : (traffic with { Endpoint = endpoint.Key, Service = endpoint.Value.Service }, endpoint.Value);
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

    private static string? Named(IEnumerable<string> names, string name) => names.FirstOrDefault(one => one.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsMe(NodeConfiguration configuration, string name) => name.Equals(NodePolicyFactory.Me, StringComparison.OrdinalIgnoreCase)
        || name.Equals(configuration.Node.Name, StringComparison.OrdinalIgnoreCase);
}
