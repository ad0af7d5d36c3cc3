namespace FeBeRelay.Protocol.Negotiation;

/// <summary>What a negotiation waits for.</summary>
public enum NegotiationStatus
{
    /// <summary>Bytes of the peer.</summary>
    NeedsBytes,
    /// <summary>The verdict on the peer's certificate chain (clause 7.1).</summary>
    NeedsVerdict,
    /// <summary>Initiator: a ticket for the peer, whose service principal the caller knows (clause 2.14).</summary>
    NeedsTicket,
    /// <summary>The context of Kerberos, which is to take the peer's token (clause 2.14).</summary>
    NeedsContext,
    /// <summary>Initiator: the peer says that it does not know the association; main mode is to be started, or the connection closed.</summary>
    NeedsMainMode,
    /// <summary>Initiator: main mode is done; quick mode is to be started, or the connection closed.</summary>
    NeedsQuickMode,
    /// <summary>Responder: the association that M1 names is to be looked up.</summary>
    NeedsAssociation,
    /// <summary>The connection is a channel.</summary>
    Done,
    /// <summary>The negotiation has failed, the exception said why.</summary>
    Failed,
}
