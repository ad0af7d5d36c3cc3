namespace FeBeRelay.Protocol;

/// <summary>What went wrong, for the local log. The peer learns only the alert or a coarse <see cref="ErrorCode"/> (clauses 8.1 to 8.3).</summary>
public enum ProtocolError
{
    /// <summary>The bytes are not of this protocol.</summary>
    NotThisProtocol,
    /// <summary>A message is not of its form: truncated, bytes left over, a value not listed.</summary>
    BadMessage,
    /// <summary>A length is above the maximum of its type.</summary>
    TooLong,
    /// <summary>A type that its sender may not send in this state.</summary>
    UnexpectedMessage,
    /// <summary>No version, suite, group or signature algorithm in common.</summary>
    NothingInCommon,
    /// <summary>A choice that was not offered, or a lifetime longer than offered.</summary>
    NotOffered,
    /// <summary>One's own nonce, share or certificate came back.</summary>
    Reflected,
    /// <summary>The peer's share is not a point of its group.</summary>
    BadShare,
    /// <summary>A record or message did not decrypt.</summary>
    CannotDecrypt,
    /// <summary>A signature did not verify, or its key is of a kind not allowed.</summary>
    BadSignature,
    /// <summary>A MAC or binder did not verify.</summary>
    BadMac,
    /// <summary>The certificate was refused.</summary>
    IdentityRefused,
    /// <summary>A counter was used before, or is older than the window.</summary>
    Replayed,
    /// <summary>The peer does not know the association (a hint, clause 3.8).</summary>
    UnknownAssociation,
    /// <summary>The peer refused, with a code, after it was authenticated.</summary>
    RefusedByPeer,
    /// <summary>The peer sent the fixed alert.</summary>
    AlertedByPeer,
    /// <summary>A record of another epoch than the receiver's.</summary>
    WrongEpoch,
    /// <summary>A hard limit was reached.</summary>
    LimitReached,
    /// <summary>The connection ended without an authenticated close.</summary>
    Truncated,
    /// <summary>A deadline passed.</summary>
    Deadline,
    /// <summary>This node has no Kerberos ticket for the peer (clause 2.14).</summary>
    NoTicket,
    /// <summary>This node does no public-key work for that peer now (clause 8.5).</summary>
    OverBudget,
}
