namespace FeBeRelay.Protocol.Policy;

/// <summary>What a peer is, for a forecast.</summary>
public enum PeerCapability
{
    /// <summary>Speaks the protocol, with credentials that both sides accept.</summary>
    Capable,

    /// <summary>Speaks it, with credentials that one side refuses.</summary>
    BadCredentials,

    /// <summary>Speaks it, and has nothing to prove itself with.</summary>
    NoCredentials,

    /// <summary>Speaks it, and no suite is allowed by both policies.</summary>
    NoCommonSuite,

    /// <summary>Its node port does not answer.</summary>
    Silent,

    /// <summary>Its node port is closed.</summary>
    Refusing,

    /// <summary>A server of another protocol answers.</summary>
    PlainServer,

    /// <summary>Connections are accepted and closed.</summary>
    Closing,
}

/// <summary>A peer, for a forecast.</summary>
/// <param name="Capability">What it is.</param>
/// <param name="Rule">Its rule for what comes from this node; null if it has no policy.</param>
public sealed record PeerModel(PeerCapability Capability, PolicyRule? Rule)
{
    /// <summary>Whether it speaks the protocol.</summary>
    public bool Speaks => Capability <= PeerCapability.NoCommonSuite;

    /// <summary>What an attempt to reach it protected meets.</summary>
    internal PeerObservation Answer(Handshake.Demand demand) => Capability switch
    {
        PeerCapability.Capable => Accept(demand),
        PeerCapability.Silent => PeerObservation.Silent,
        PeerCapability.Refusing => PeerObservation.Refused,
        PeerCapability.PlainServer => PeerObservation.OtherProtocol,
        PeerCapability.Closing => PeerObservation.Closed,
        _ => PeerObservation.Parsed,
    };

    /// <summary>Whether a clear connection reaches its back end.</summary>
    internal bool TakesClear => Rule is null || PolicyDecision.InboundClear(Rule).IsAccepted;

    private PeerObservation Accept(Handshake.Demand demand)
    {
        InboundDecision decision = PolicyDecision.InboundChannel(Rule ?? Posture.Client.Rule, demand);
        return !decision.IsAccepted ? PeerObservation.Parsed
            : decision.Answer == Handshake.Answer.Protected ? PeerObservation.Protected
            : PeerObservation.Optional;
    }
}
