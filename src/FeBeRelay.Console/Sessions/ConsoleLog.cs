using FeBeRelay.Relay.Management;

namespace FeBeRelay.WebConsole.Sessions;

/// <summary>What the web console logs. Ids 3000 to 3049, append only; next free id: 3002.</summary>
internal static partial class ConsoleLog
{
    [LoggerMessage(3000, LogLevel.Information, "Web console: signed in as {Role}")]
    public static partial void SignedIn(ILogger logger, ManagementRole role);

    [LoggerMessage(3001, LogLevel.Warning, "Web console: refused to sign in with a wrong token")]
    public static partial void SignInRefused(ILogger logger);
}
