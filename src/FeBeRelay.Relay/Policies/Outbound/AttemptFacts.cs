using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>An attempt at one moment.</summary>
/// <param name="Seen">What the peer did, all tries together and what it has said in the one under way.</param>
/// <param name="Credentials">How credentials fared.</param>
/// <param name="Tries">Tries that were started.</param>
/// <param name="Age">Since the first of them.</param>
/// <param name="Running">Ends with the try under way; null between tries.</param>
/// <param name="Detail">The newest failure in words, or empty.</param>
/// <param name="Fault">A fault of this node that ended the attempt: nothing is known of the peer, and nothing is decided.</param>
internal readonly record struct AttemptFacts(
    PeerObservation Seen, CredentialState Credentials, int Tries, TimeSpan Age, Task? Running, string Detail, Exception? Fault)
{
    /// <summary>Of a connection for which nothing was tried.</summary>
    public static readonly AttemptFacts None = new(PeerObservation.Nothing, CredentialState.NotRefused, 0, TimeSpan.Zero, null, "", null);
}
