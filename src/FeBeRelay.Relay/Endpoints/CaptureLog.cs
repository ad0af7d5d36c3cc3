using System.Net;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Endpoints;

/// <summary>What transparent endpoints log. Ids 2690 to 2699, append only; next free id: 2691.</summary>
internal static partial class CaptureLog
{
    [LoggerMessage(2690, LogLevel.Warning, "Endpoint {Endpoint}: a connection from {From} was reset: it was made to {Destination}, which is none of the endpoint's destinations")]
    public static partial void NotCaptured(ILogger logger, string endpoint, EndPoint? from, EndPoint? destination);
}
