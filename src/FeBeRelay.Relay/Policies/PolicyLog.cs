using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies;

/// <summary>What a node logs of its policy and of what it lets in. Ids 2450 to 2499, append only, with InboundLog; next free id: 2456. Trials: 2710 to 2719; next free id: 2715.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(2713, LogLevel.Warning, "Policy {Policy} is AUDIT-ONLY: nothing is enforced, what it would refuse passes and is event 9063 of the security log")]
    public static partial void AuditOnly(ILogger logger, string policy);

    [LoggerMessage(2714, LogLevel.Warning, "{Count} clear connections were cut: policy {Policy} would not let them begin")]
    public static partial void ClearCut(ILogger logger, int count, string policy);

    [LoggerMessage(2710, LogLevel.Warning, "Policy {Policy} is on trial until {Until:u}: then {Before} is assigned again, unless it is confirmed")]
    public static partial void OnTrial(ILogger logger, string policy, DateTimeOffset until, string before);

    [LoggerMessage(2711, LogLevel.Information, "Policy {Policy} was confirmed")]
    public static partial void Confirmed(ILogger logger, string policy);

    [LoggerMessage(2712, LogLevel.Warning, "{Before} is assigned again: {Reason}")]
    public static partial void RolledBack(ILogger logger, string before, string reason);

    [LoggerMessage(2450, LogLevel.Information, "Policy {Now} is in effect in the place of {Before}: {Reason}")]
    public static partial void PolicyChanged(ILogger logger, string now, string before, string reason);

    [LoggerMessage(2455, LogLevel.Error, "Policy {Current} stays in effect: {Reason}")]
    public static partial void PolicyNotChanged(ILogger logger, string current, string reason);
}
