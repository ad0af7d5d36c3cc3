using FeBeRelay.Channel;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies.Outbound;
using FeBeRelay.Relay.Streams;

namespace FeBeRelay.Relay.Http;

/// <summary>What http endpoints need of the node.</summary>
/// <param name="FindPeer">A peer by its name; null without such a peer.</param>
/// <param name="Policy">Finds the way to it.</param>
/// <param name="Clear">Lists what goes clear.</param>
/// <param name="Audit">The audit log.</param>
/// <param name="Time">The clock.</param>
internal sealed record BackEndContext(Func<string, PeerNode?> FindPeer, OutboundPolicy Policy, ClearConnections Clear, AuditLog Audit, TimeProvider Time);
