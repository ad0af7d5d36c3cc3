using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies;

/// <summary>What a node logs of its policy and of what it lets in. Ids 2450 to 2499, append only, with InboundLog; next free id: 2456.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(2450, LogLevel.Information, "Policy {Now} is in effect in the place of {Before}: {Reason}")]
    public static partial void PolicyChanged(ILogger logger, string now, string before, string reason);

    [LoggerMessage(2455, LogLevel.Error, "Policy {Current} stays in effect: {Reason}")]
    public static partial void PolicyNotChanged(ILogger logger, string current, string reason);
}
