using System.ComponentModel;

namespace FeBeRelay.Relay.Configuration;

/// <summary>
/// Everything a node is told: who it is, whom it dials, what it relays and what it serves. Descriptions, ranges and defaults on these records
/// are the only source of the checks, of the JSON schema and of what an error says.
/// </summary>
[Description("Configuration of a FeBeRelay node.")]
public sealed record NodeConfiguration
{
    [Description("Who this node is and whom it trusts.")]
    public required LocalNodeSettings Node { get; init; }

    [Description("How long associations and keys live.")]
    public LifetimeSettings Lifetimes { get; init; } = new();

    [Description("The peers that this node dials, by a name of the administrator's choice.")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public IReadOnlyDictionary<string, PeerNodeSettings> Nodes { get; init; } = new Dictionary<string, PeerNodeSettings>();

    [Description("What goes protected, clear or not at all.")]
    public PolicySettings Policy { get; init; } = new();

    [Description("The outward part: local addresses whose plain traffic goes to a peer.")]
    public RelaySettings Relay { get; init; } = new();

    [Description("What http endpoints need beside the sections Kestrel and ReverseProxy.")]
    public HttpSettings Http { get; init; } = new();

    [Description("The inward part: the node port and the services behind it. Absent on a node that only relays.")]
    public ListenerSettings? Listener { get; init; }

    [Description("How the node is seen and steered while it runs.")]
    public ManagementSettings Management { get; init; } = new();

    [Description("Where its metrics and traces are sent to.")]
    public TelemetrySettings Telemetry { get; init; } = new();

    [Description("The security log.")]
    public AuditSettings Audit { get; init; } = new();
}
