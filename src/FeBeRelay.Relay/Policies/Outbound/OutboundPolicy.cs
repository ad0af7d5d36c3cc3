using System.Collections.Concurrent;
using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>The outward half of a node's policy: routes to targets, what is known of peers, and the ratchet. Thread-safe.</summary>
/// <param name="policy">The policy in effect.</param>
/// <param name="context">What decisions share.</param>
internal sealed class OutboundPolicy(EffectivePolicy policy, OutboundContext context)
{
    private readonly ConcurrentDictionary<(string Peer, IPEndPoint? Address, string Rule), OutboundPeer> _peers = new();
    private readonly ConcurrentBag<OutboundRoute> _routes = [];

    /// <summary>What decides on connections that go out.</summary>
    internal OutwardPolicy Current => policy.Outward;

    /// <summary>The way to a target from now on. To be kept: it remembers the rule.</summary>
    public OutboundRoute RouteTo(OutboundTarget target)
    {
        var route = new OutboundRoute(target, this, context.Time);
        _routes.Add(route);
        return route;
    }

    /// <summary>Makes the channels ahead of use that the configuration wants, where policy begins with a negotiation.</summary>
    public void KeepWarm(PeerNode peer)
    {
        OutboundPath path = (_routes.FirstOrDefault(r => r.Target.Peer == peer) ?? new OutboundRoute(new OutboundTarget(peer, null, null), this, context.Time)).Current;
        OutboundDecision decision = path.Peer.Decide(path);
        if (decision.Action is OutboundAction.Negotiate or OutboundAction.Secure)
        {
            path.Pool.KeepWarm(decision.Demand);
        }
    }

    /// <summary>The ratchet: a peer with which this node has made an association is pinned where a rule says so.</summary>
    public void Reached(Association association)
    {
        foreach (PeerNode peer in association.Role == Role.Initiator ? context.Pools.Peers.Where(p => p.Identity.Equals(association.PeerName, StringComparison.OrdinalIgnoreCase)) : [])
        {
            IEnumerable<PolicyRule> rules = _routes.Where(r => r.Target.Peer == peer).Select(r => r.Current.Rule);
            if (rules.Append(Current.Find(PolicyTraffic.ToNode(peer))).Any(Pins))
            {
                context.Pins.Add(peer.Identity, peer.Name);
            }
        }
    }

    /// <summary>The path to a target under that policy.</summary>
    internal OutboundPath PathTo(OutboundTarget target, OutwardPolicy now)
    {
        PolicyRule rule = now.Find(target.Traffic);
        OutboundPeer peer = _peers.GetOrAdd((target.Peer.Name, target.Address, rule.Name), _ => new OutboundPeer(target.Peer, target.Address, context));
        return new OutboundPath(target, rule, peer, context.Pools.Get(target.Peer.Name, target.Address, rule.Security));
    }

    private static bool Pins(PolicyRule rule) => PolicyDecision.Learn(rule, CredentialState.NotRefused, PeerObservation.Protected).Pins;
}
