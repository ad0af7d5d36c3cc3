using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>The way of a connection under the policy that is in effect.</summary>
/// <param name="Target">What it is made to.</param>
/// <param name="Rule">The rule that decides.</param>
/// <param name="Peer">What is known of the peer under that rule.</param>
/// <param name="Pool">Channels to it under the rule's security methods.</param>
internal sealed record OutboundPath(OutboundTarget Target, PolicyRule Rule, OutboundPeer Peer, ChannelPool Pool)
{
    /// <summary>The relay endpoint, for reports.</summary>
    public string Endpoint => Target.Endpoint ?? "";

    /// <summary>Why what goes clear by it does, just now.</summary>
    public ClearCause ClearCause => Rule.WouldNotSendClear ? ClearCause.AuditOnly : Peer.IsNotCapable && Rule.Action != FilterAction.Permit ? ClearCause.Soft : ClearCause.Permit;
}

/// <summary>What becomes of one connection of the application.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Detail">Of a refusal: what was met, in words; else empty.</param>
internal sealed record OutboundChoice(OutboundDecision Decision, string Detail);
