using System.ComponentModel;
using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>Whether a node, or one thing about it, is as it must be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HealthStatus>))]
internal enum HealthStatus
{
    [JsonStringEnumMemberName("ready")]
    Ready,
    /// <summary>It works, and somebody should look after it.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,
    /// <summary>Nothing new should be sent to it.</summary>
    [JsonStringEnumMemberName("notReady")]
    NotReady,
}

/// <summary>Whether a node is ready.</summary>
internal sealed record HealthView
{
    [Description("ready; degraded: it works, and somebody should look after it; notReady: send nothing new to it. The worst of the checks.")]
    public required HealthStatus Status { get; init; }

    [Description("What was looked at.")]
    public required IReadOnlyList<HealthCheckView> Checks { get; init; }
}

/// <summary>One check.</summary>
internal sealed record HealthCheckView
{
    [Description("ports, certificate, audit or backEnds.")]
    public required string Name { get; init; }

    [Description("Its status.")]
    public required HealthStatus Status { get; init; }

    [Description("What is wrong, for people; null where nothing is, and for who has no role.")]
    public required string? Detail { get; init; }
}
