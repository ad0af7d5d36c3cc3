namespace FeBeRelay.Protocol.Policy;

/// <summary>What a peer did in one attempt to reach it protected.</summary>
public enum PeerObservation
{
    /// <summary>No try has ended.</summary>
    Nothing,

    /// <summary>No answer.</summary>
    Silent,

    /// <summary>The connection was refused, or its network said that there is no way.</summary>
    Refused,

    /// <summary>The connection was closed or reset without one byte.</summary>
    Closed,

    /// <summary>Bytes that cannot begin a message of this protocol.</summary>
    OtherProtocol,

    /// <summary>Bytes that parse as this protocol, authentic or not, even the beginning of one message, without an Accept.</summary>
    Parsed,

    /// <summary>An Accept verified: the peer's policy lets the traffic go clear.</summary>
    Optional,

    /// <summary>An Accept verified: the peer's policy has the traffic protected.</summary>
    Protected,
}

/// <summary>The tries of one attempt taken together.</summary>
public static class PeerObservations
{
    /// <summary>
    /// What an attempt has met when one more try has ended: an Accept settles it, bytes that parsed in any try stay, else the newest counts.
    /// </summary>
    public static PeerObservation Then(this PeerObservation before, PeerObservation newest) =>
        IsAccept(newest) ? newest
        : IsAccept(before) || before == PeerObservation.Parsed || newest == PeerObservation.Nothing ? before
        : newest;

    internal static bool IsAccept(PeerObservation seen) => seen is PeerObservation.Optional or PeerObservation.Protected;
}

/// <summary>How credentials fared in an attempt.</summary>
public enum CredentialState
{
    /// <summary>None was refused.</summary>
    NotRefused,

    /// <summary>A certificate, its signature or the name in it was refused, by this node or by the peer.</summary>
    Refused,
}

/// <summary>What earlier attempts left behind about a peer, for one rule. A live association is told apart from it.</summary>
public enum PeerMemory
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>A soft association is alive: the peer is not capable.</summary>
    NotCapable,

    /// <summary>An Accept said that the peer's policy lets the traffic go clear.</summary>
    Optional,

    /// <summary>An enquiry met bytes that parse but no Accept: nothing goes clear before an Accept or a silent attempt.</summary>
    Unsettled,
}
