namespace FeBeRelay.Relay.Telemetry;

/// <summary>What telemetry logs. Ids 2700 to 2709, append only; next free id: 2701.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(2700, LogLevel.Warning, "Metrics or traces cannot be sent to {Endpoint}, and what they would have said is lost: {Detail} ({Held} more in the minute before)")]
    public static partial void NotSent(ILogger logger, string endpoint, string detail, long held);
}
