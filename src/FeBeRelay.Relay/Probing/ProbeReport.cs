namespace FeBeRelay.Relay.Probing;

/// <summary>The steps towards a working stream, in their order.</summary>
internal enum ProbeStepKind
{
    Resolve,
    Connect,
    MainMode,
    QuickMode,
    Service,
}

internal enum ProbeStepStatus
{
    Succeeded,
    Failed,

    /// <summary>Not tried: an earlier step failed, or nobody asked for it.</summary>
    Skipped,
}

/// <summary>One step of a probe.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">How long it took; zero when skipped.</param>
/// <param name="Detail">What was learnt, or why it failed; one line.</param>
/// <param name="Hint">What to try when it failed, or null.</param>
internal sealed record ProbeStep(ProbeStepKind Kind, ProbeStepStatus Status, TimeSpan Duration, string Detail, string? Hint = null);

/// <summary>What main mode agreed with the peer.</summary>
/// <param name="PeerIdentity">The DNS name the peer proved.</param>
/// <param name="Suite">Suite of the association.</param>
/// <param name="Group">Key exchange group of the association.</param>
/// <param name="PolicyAnswer">The peer's policy answer: <c>protected</c> or <c>optional</c>.</param>
/// <param name="LifetimeSeconds">Seconds until main mode is due again.</param>
internal sealed record ProbeAssociation(string PeerIdentity, string Suite, string Group, string PolicyAnswer, int LifetimeSeconds);

/// <summary>What a probe found out.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Steps">Every step, skipped ones included, in order.</param>
/// <param name="Association">What main mode agreed, or null if it did not come to that.</param>
internal sealed record ProbeReport(ProbeRequest Request, IReadOnlyList<ProbeStep> Steps, ProbeAssociation? Association)
{
    public ProbeStep? Failure => Steps.FirstOrDefault(step => step.Status == ProbeStepStatus.Failed);
}
