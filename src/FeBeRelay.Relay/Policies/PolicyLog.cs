using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies;

/// <summary>What a node logs of its policy and of what it lets in. Ids 2450 to 2499, append only; next free id: 2451.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(2450, LogLevel.Information, "Policy {Now} is in effect in the place of {Before}: {Reason}")]
    public static partial void PolicyChanged(ILogger logger, string now, string before, string reason);
}
