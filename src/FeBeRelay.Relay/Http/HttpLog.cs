namespace FeBeRelay.Relay.Http;

/// <summary>What http endpoints log. Ids 2100 to 2199, append only; next free id: 2106.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(2100, LogLevel.Information, "http endpoints open on {Addresses}: {Routes} routes, {Clusters} clusters")]
    public static partial void EndpointsOpen(ILogger logger, string addresses, int routes, int clusters);

    [LoggerMessage(2101, LogLevel.Warning, "Exchange {Exchange} with service {Service} at {Node} failed: {Error}: {Detail}")]
    public static partial void ExchangeFailed(ILogger logger, string exchange, string service, string node, string error, string detail);

    [LoggerMessage(2102, LogLevel.Debug, "Exchange {Exchange} with service {Service} at {Node} on channel {Channel}: {Status}")]
    public static partial void ExchangeDone(ILogger logger, string exchange, string service, string node, string channel, int status);

    [LoggerMessage(2103, LogLevel.Warning, "Request {Exchange} of {Client} refused: {Detail}")]
    public static partial void RequestRefused(ILogger logger, string exchange, string? client, string detail);

    [LoggerMessage(2104, LogLevel.Information, "Exchange {Exchange}: the client's connection is bound to channel {Channel} of service {Service} at {Node} by its logon")]
    public static partial void ConnectionPinned(ILogger logger, string exchange, string channel, string service, string node);

    [LoggerMessage(2105, LogLevel.Debug, "Exchange {Exchange}: the idle connection was over, the request goes to another")]
    public static partial void SentAgain(ILogger logger, string exchange);
}
