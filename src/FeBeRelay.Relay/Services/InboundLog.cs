using System.Net;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Services;

/// <summary>What services' own ports log. Ids 2451 to 2499, append only, with PolicyLog; next free id: 2456.</summary>
internal static partial class InboundLog
{
    [LoggerMessage(2451, LogLevel.Information, "Service {Service}: own port open on {EndPoint}")]
    public static partial void ServicePortOpen(ILogger logger, string service, IPEndPoint endPoint);

    [LoggerMessage(2452, LogLevel.Warning, "Service {Service}: clear connection from {From} refused by rule {Rule}: {Reason}")]
    public static partial void ClearRefused(ILogger logger, string service, IPEndPoint from, string rule, string reason);

    [LoggerMessage(2453, LogLevel.Information,
        "Service {Service}: clear connection from {From} by rule {Rule}: {BytesSent} bytes sent, {BytesReceived} received, {Milliseconds:F1} ms, {Reason}")]
    public static partial void ClearEnded(
        ILogger logger, string service, IPEndPoint from, string rule, long bytesSent, long bytesReceived, double milliseconds, string reason);

    [LoggerMessage(2454, LogLevel.Warning, "Service {Service}: rule {Rule} takes clear connections on {EndPoint}, which is not a private address")]
    public static partial void ClearListenerExposed(ILogger logger, string service, string rule, IPEndPoint endPoint);
}
