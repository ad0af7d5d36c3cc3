using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Relay.Services;

/// <summary>
/// What policy says of what arrives: gathers the facts, finds the rule, asks the decision. On top stand the services' lists of peers, default deny.
/// Thread-safe; each answer is by the policy in effect when it is asked.
/// </summary>
internal sealed class InboundPolicy(EffectivePolicy policy, ServiceTable services, NodeIdentity identity) : IPeerAdmission
{
    /// <inheritdoc/>
    public IReadOnlyList<Suite> SuitesFor(PeerArrival arrival) =>
        [.. policy.Current.FindBeforeIdentity(TrafficOf(arrival.Local, arrival.Remote)).SelectMany(rule => rule.Security.Suites ?? identity.Suites).Distinct()];

    /// <inheritdoc/>
    public IReadOnlyList<Group> GroupsFor(PeerArrival arrival) =>
        [.. policy.Current.FindBeforeIdentity(TrafficOf(arrival.Local, arrival.Remote)).SelectMany(rule => rule.Security.Groups ?? identity.Groups).Distinct()];

    /// <inheritdoc/>
    public IReadOnlyList<AuthenticationMethod> MethodsFor(PeerArrival arrival) =>
        [.. policy.Current.FindBeforeIdentity(TrafficOf(arrival.Local, arrival.Remote)).SelectMany(rule => rule.Security.Authentication).Distinct()];

    /// <inheritdoc/>
    public PeerAdmission Admit(PeerArrival arrival)
    {
        PeerIdentity peer = arrival.Peer!;
        PolicyRule rule = policy.Current.Find(TrafficOf(arrival.Local, arrival.Remote) with { PeerIdentities = IdentitiesOf(peer) }).Rule;
        InboundDecision decision = PolicyDecision.InboundChannel(rule, arrival.Demand);
        string? refusal = !decision.IsAccepted ? $"rule {rule.Name} blocks {peer.Name}"
            : NotTaken(rule, peer) is { } notTaken ? notTaken
            : !services.Admits(peer) ? $"no service is for {peer.Name}; name it in a service's peers to allow it"
            : null;
        return new PeerAdmission(rule, decision.Answer, refusal);
    }

    /// <summary>Whether a peer may open a stream of a service, as far as policy goes.</summary>
    /// <returns>The rule, and why it refuses; null if it does not.</returns>
    public (PolicyRule Rule, string? Refusal) AdmitStream(SecureChannel channel, string service, Demand demand)
    {
        PeerIdentity peer = channel.Association.Peer;
        Traffic traffic = TrafficOf(channel.LocalEndPoint, channel.RemoteEndPoint) with { PeerIdentities = IdentitiesOf(peer), Service = service };
        PolicyRule rule = policy.Current.Find(traffic).Rule;
        string? refusal = !PolicyDecision.InboundChannel(rule, demand).IsAccepted ? $"rule {rule.Name} blocks it"
            : NotTaken(rule, peer) is { } notTaken ? notTaken
            : !(rule.Security.Suites ?? identity.Suites).Contains(channel.Association.Suite) ? $"rule {rule.Name} does not allow {channel.Association.Suite.Name}"
            : !(rule.Security.Groups ?? identity.Groups).Contains(channel.Association.Group) ? $"rule {rule.Name} does not allow {channel.Association.Group.Name}"
            : null;
        return (rule, refusal);
    }

    /// <summary>What becomes of a clear connection at a service's own port. To be asked immediately before its first byte is passed on.</summary>
    public (PolicyRule Rule, InboundDecision Decision) DecideClear(string service, IPEndPoint local, IPEndPoint remote)
    {
        PolicyRule rule = policy.Current.Find(PolicyTraffic.Into(service, local.Port, remote.Address)).Rule;
        return (rule, PolicyDecision.InboundClear(rule));
    }

    /// <summary>Of the rule the peer's way to authenticate may not be one, which was chosen before it was known who the peer is.</summary>
    private static string? NotTaken(PolicyRule rule, PeerIdentity peer) => rule.Security.Authentication.Contains(peer.Method)
        ? null
        : $"rule {rule.Name} does not take {peer.Method}, but {string.Join(", ", rule.Security.Authentication)}";

    private static Traffic TrafficOf(IPEndPoint local, IPEndPoint remote) =>
        new(Direction.Inbound) { PeerAddress = remote.Address, Port = local.Port };

    private static IReadOnlyList<string> IdentitiesOf(PeerIdentity peer) => [.. peer.DnsNames, .. peer.OrganizationalUnits.Select(unit => $"ou={unit}")];
}
