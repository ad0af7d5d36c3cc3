using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Hosting;

/// <summary>Everything is required (posture Secure Server), and only the peers of some service get in. Thread-safe.</summary>
internal sealed class ServicePeers(IReadOnlyDictionary<string, IReadOnlyList<string>> services, NodeIdentity identity) : IPeerAdmission
{
    private static readonly NodePolicy Policy = NodePolicy.Of(Posture.SecureServer);

    /// <inheritdoc/>
    public IReadOnlyList<Suite> SuitesFor(PeerArrival arrival) => identity.Suites;

    /// <inheritdoc/>
    public IReadOnlyList<Group> GroupsFor(PeerArrival arrival) => identity.Groups;

    /// <inheritdoc/>
    public IReadOnlyList<AuthenticationMethod> MethodsFor(PeerArrival arrival) => [AuthenticationMethod.Certificate];

    /// <inheritdoc/>
    public PeerAdmission Admit(PeerArrival arrival)
    {
        PolicyRule rule = Policy.Find(new Traffic(Direction.Inbound) { PeerAddress = arrival.Remote.Address, Port = arrival.Local.Port }).Rule;
        string? refusal = services.Values.Any(peers => peers.Any(arrival.Peer!.Matches)) ? null : $"no service is for {arrival.Peer!.Name}; name it in a service's peers to allow it";
        return new PeerAdmission(rule, PolicyDecision.InboundChannel(rule, arrival.Demand).Answer, refusal);
    }

    /// <summary>Why that peer may not open a stream of that service; null if it may.</summary>
    public ErrorCode? Refuse(string service, PeerIdentity peer) =>
        !services.TryGetValue(service, out IReadOnlyList<string>? peers) ? ErrorCode.NoService
        : !peers.Any(peer.Matches) ? ErrorCode.NotAuthorised
        : null;
}
