using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>The answer on a peer.</summary>
/// <param name="Rule">The rule that decided; its security methods are this node's for the peer.</param>
/// <param name="Answer">What Accept says.</param>
/// <param name="Refusal">Why the peer is refused, for the operator; null if it is taken.</param>
public sealed record PeerAdmission(PolicyRule Rule, Answer Answer, string? Refusal);
