using System.Diagnostics.CodeAnalysis;

namespace FeBeRelay.Channel.Identity;

/// <summary>What came of checking a peer's chain: who it is, or why it was refused.</summary>
public sealed class PeerVerdict
{
    internal PeerVerdict(PeerIdentity identity) => Identity = identity;

    internal PeerVerdict(CertificateProblem problem) => Problem = problem;

    [MemberNotNullWhen(true, nameof(Identity))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsAccepted => Identity is not null;

    public PeerIdentity? Identity { get; }

    public CertificateProblem? Problem { get; }
}
