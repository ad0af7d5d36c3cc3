using System.ComponentModel;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>What the monitor shows, at one moment. Public surface (docs/monitor.schema.json): fields are added, never renamed.</summary>
internal sealed record MonitorView
{
    /// <summary>Of this form.</summary>
    public const int FormVersion = 1;

    [Description("Version of this form.")]
    public int Version { get; init; } = FormVersion;

    [Description("When these figures were read (UTC).")]
    public required DateTimeOffset Time { get; init; }

    [Description("The node.")]
    public required NodeView Node { get; init; }

    [Description("Figures of the node as a whole; what counts up does so from the node's start.")]
    public required TotalsView Totals { get; init; }

    [Description("Associations that are alive or whose channels are, the youngest first.")]
    public required IReadOnlyList<AssociationView> Associations { get; init; }

    [Description("Flows in the clear since the node's start, one for each endpoint or service, peer, rule and cause.")]
    public required IReadOnlyList<ClearView> Clear { get; init; }
}

/// <summary>Who the node is.</summary>
internal sealed record NodeView
{
    [Description("Its name.")]
    public required string Name { get; init; }

    [Description("The program's version.")]
    public required string Version { get; init; }

    [Description("When it started (UTC).")]
    public required DateTimeOffset Started { get; init; }

    [Description("DNS names of its certificate.")]
    public required IReadOnlyList<string> Identity { get; init; }

    [Description("SHA-256 of its certificate.")]
    public required string Fingerprint { get; init; }

    [Description("When its certificate ends (UTC).")]
    public required DateTimeOffset CertificateEnds { get; init; }

    [Description("The policy in effect.")]
    public required string Policy { get; init; }

    [Description("The posture below the policy's rules.")]
    public required string Posture { get; init; }

    [Description("Whether nothing is enforced: what the policy would refuse passes, and is event 9063.")]
    public bool IsAuditOnly { get; init; }

    [Description("When the policy that was assigned is rolled back unless it is confirmed (UTC); absent where none is on trial.")]
    public DateTimeOffset? TrialUntil { get; init; }

    [Description("Addresses of its node ports.")]
    public required IReadOnlyList<string> NodePorts { get; init; }
}
