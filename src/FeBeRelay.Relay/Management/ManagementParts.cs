using OpenTelemetry.Metrics;

namespace FeBeRelay.Relay.Management;

/// <summary>What a management endpoint offers.</summary>
/// <param name="Api">The API.</param>
/// <param name="Health">Alive and ready.</param>
/// <param name="Metrics">What Prometheus scrapes.</param>
internal sealed record ManagementParts(ManagementApi Api, HealthApi Health, MeterProvider Metrics)
{
    /// <summary>Pages for people, or null.</summary>
    public Func<ManagementTokens, Microsoft.AspNetCore.Builder.WebApplication>? Site { get; init; }
}
