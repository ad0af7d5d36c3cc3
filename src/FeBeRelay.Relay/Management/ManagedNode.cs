using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Relay.Management;

/// <summary>What a site on the management endpoint shows, and what it may do.</summary>
internal sealed record ManagedNode
{
    /// <summary>Reads everything that the monitor shows.</summary>
    public required Func<MonitorView> Monitor { get; init; }

    /// <summary>Its figures of the last hours.</summary>
    public required CounterHistory History { get; init; }

    /// <summary>Who it is and whom it believes.</summary>
    public required NodeIdentity Identity { get; init; }

    /// <summary>The policy in effect.</summary>
    public required EffectivePolicy Policy { get; init; }

    /// <summary>Where the policy comes from; null for a node without a configuration file.</summary>
    public PolicySource? Policies { get; init; }

    /// <summary>The peers that it dials.</summary>
    public required IReadOnlyList<PeerNode> Peers { get; init; }

    /// <summary>Its associations.</summary>
    public required AssociationTable Associations { get; init; }

    /// <summary>What an operator may do to them.</summary>
    public required AssociationActions Actions { get; init; }

    /// <summary>The security log.</summary>
    public required AuditLog Audit { get; init; }

    /// <summary>Its file, if it is written to one.</summary>
    public string? AuditFile { get; init; }

    /// <summary>Which role a token gives.</summary>
    public required ManagementTokens Tokens { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
