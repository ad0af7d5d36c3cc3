using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Policy;

/// <summary>What to do with a connection that arrives.</summary>
/// <param name="Reason">Why it is refused; <see cref="BlockReason.None"/> if it is taken.</param>
/// <param name="Answer">What Accept says, for a channel that is taken.</param>
public sealed record InboundDecision(BlockReason Reason, Answer Answer)
{
    /// <summary>Whether it is taken.</summary>
    public bool IsAccepted => Reason == BlockReason.None;
}
