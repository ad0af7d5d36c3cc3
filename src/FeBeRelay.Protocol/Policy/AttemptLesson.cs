namespace FeBeRelay.Protocol.Policy;

/// <summary>What an attempt or enquiry that has ended leaves behind.</summary>
/// <param name="Memory">To be remembered of the peer; <see cref="PeerMemory.NotCapable"/> for the life of a soft association.</param>
/// <param name="KeepsAssociation">Whether the association that was made may carry traffic; else it is forgotten.</param>
/// <param name="Pins">Whether the peer is to be pinned.</param>
public sealed record AttemptLesson(PeerMemory Memory, bool KeepsAssociation, bool Pins);
