using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Fleet;

/// <summary>Central policy. Ids 2600 to 2649, append only; next free id: 2606.</summary>
internal static partial class FleetLog
{
    [LoggerMessage(2600, LogLevel.Information, "Policy bundle {Bundle} taken: unit {Unit}, policy {Policy}, in effect from {Activate}")]
    public static partial void Taken(ILogger logger, string bundle, string unit, string policy, string activate);

    [LoggerMessage(2601, LogLevel.Information, "Policy bundle {Bundle} is in effect: {Policy}")]
    public static partial void Activated(ILogger logger, string bundle, string policy);

    [LoggerMessage(2602, LogLevel.Error, "Policy bundle refused, nothing changes: {Reason}")]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(2603, LogLevel.Warning, "Policy bundle not reached: {Reason}")]
    public static partial void NotReached(ILogger logger, string reason);

    [LoggerMessage(2604, LogLevel.Error, "Policy bundle {Bundle} has ended and there is no newer one: {Consequence}")]
    public static partial void Stale(ILogger logger, string bundle, string consequence);

    [LoggerMessage(2605, LogLevel.Error, "The policy bundle kept in {File} cannot be used: {Reason}")]
    public static partial void CacheNotUsable(ILogger logger, string file, string reason);
}
