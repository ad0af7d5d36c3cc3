using FeBeRelay.Relay.Probing;

namespace FeBeRelay.Cli.Commands;

/// <summary>A probe's report for a script. Public surface (docs/cli.md): fields are added, never renamed.</summary>
internal sealed record ProbeJson(
    string Node, string Address, string Identity, bool Succeeded, IReadOnlyList<ProbeStepJson> Steps, ProbeAssociation? Association)
{
    public static ProbeJson From(ProbeReport report) => new(
        report.Request.Name,
        report.Request.Peer.Address.ToString(),
        report.Request.Peer.Identity,
        report.Failure is null,
        [.. report.Steps.Select(step => new ProbeStepJson(step.Kind, step.Status, Math.Round(step.Duration.TotalMilliseconds, 3), step.Detail, step.Hint))],
        report.Association);
}

/// <summary>One step of it.</summary>
internal sealed record ProbeStepJson(ProbeStepKind Step, ProbeStepStatus Status, double Milliseconds, string Detail, string? Hint);
