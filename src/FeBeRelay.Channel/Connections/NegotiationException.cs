using FeBeRelay.Protocol;

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
}

/// <summary>The steps on the way to a channel, as the initiator sees them.</summary>
public enum NegotiationStep
{
    Resolve,
    Connect,
    MainMode,
    QuickMode,
}
