namespace FeBeRelay.Relay.Management;

/// <summary>What the management endpoint logs. Ids 2500 to 2549, append only; next free id: 2502.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(2500, LogLevel.Information, "Management endpoint open on {Addresses}")]
    public static partial void Open(ILogger logger, string addresses);

    [LoggerMessage(2501, LogLevel.Warning, "Management: {Way} refused {Request}: {Reason}")]
    public static partial void Refused(ILogger logger, string way, string request, string reason);
}
