using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>A step on the way to a channel has failed. The message is for the operator: step, peer, why.</summary>
public sealed class NegotiationException : Exception
{
    internal NegotiationException(NegotiationStep step, string message, Exception? inner = null)
        : base(message, inner) => Step = step;

    /// <summary>Which step.</summary>
    public NegotiationStep Step { get; }

    /// <summary>The code that an authenticated peer gave, if it did.</summary>
    public ErrorCode? Code => (InnerException as ProtocolException)?.Code;

    /// <summary>What the peer did, for the policy; null where it is not the peer that failed, and nothing is known of it.</summary>
    public PeerObservation? Observation { get; internal init; }

    /// <summary>No failure: the peer said, authenticated, that the traffic may go clear.</summary>
    internal bool IsAnswer => Observation == PeerObservation.Optional;

    /// <summary>How credentials fared, for the policy.</summary>
    public CredentialState Credentials => InnerException is ProtocolException
    {
        Error: ProtocolError.IdentityRefused or ProtocolError.BadSignature or ProtocolError.NoTicket,
    } || Code == ErrorCode.NotAuthorised ? CredentialState.Refused : CredentialState.NotRefused;
}

/// <summary>The steps on the way to a channel, as the initiator sees them.</summary>
public enum NegotiationStep
{
    Resolve,
    Connect,
    MainMode,
    QuickMode,
}
