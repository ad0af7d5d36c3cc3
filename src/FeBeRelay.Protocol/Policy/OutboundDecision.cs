using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Policy;

/// <summary>What to do with a connection of the application.</summary>
public enum OutboundAction
{
    /// <summary>Send it through a channel under the live association.</summary>
    Secure,

    /// <summary>Start a try: main mode with the demand that the decision names. Then ask again.</summary>
    Negotiate,

    /// <summary>A try is under way: ask again when it ends, or when the fallback timer passes.</summary>
    Wait,

    /// <summary>Send it clear.</summary>
    Clear,

    /// <summary>Send it clear, and beside it ask the peer by an enquiry with the demand none, unless one is under way.</summary>
    ClearAndEnquire,

    /// <summary>Send it clear and remember the peer as not capable: a soft association, audited and counted.</summary>
    FallBack,

    /// <summary>Refuse it.</summary>
    Block,
}

/// <summary>Why a connection is refused.</summary>
public enum BlockReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The rule's action is block.</summary>
    Rule,

    /// <summary>Policy would send it clear, but the relay endpoint names no address for clear bytes.</summary>
    NoClearTo,

    /// <summary>The peer is not capable, and the rule has no <c>soft</c>.</summary>
    NotCapable,

    /// <summary>The peer is not reached protected though it was before.</summary>
    Pinned,

    /// <summary>Bytes that parse as this protocol came, but no Accept: no common suite, an alert, a changed message.</summary>
    NegotiationFailed,

    /// <summary>Credentials were refused.</summary>
    Credentials,

    /// <summary>A clear connection arrived where policy takes protected ones only.</summary>
    ClearNotAccepted,
}

/// <summary>What to do with a connection, and what goes with it.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Reason">Why, where it is refused.</param>
/// <param name="Demand">What the initiator hello asks, for <see cref="OutboundAction.Negotiate"/>, an enquiry and a stream.</param>
public sealed record OutboundDecision(OutboundAction Action, BlockReason Reason, Demand Demand)
{
    /// <summary>Whether bytes of the application leave unprotected.</summary>
    public bool IsClear => Action is OutboundAction.Clear or OutboundAction.ClearAndEnquire or OutboundAction.FallBack;
}
