using System.Net;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>What policy does with connections of relay endpoints. Ids 2400 to 2449, append only; next free id: 2410.</summary>
internal static partial class OutboundLog
{
    [LoggerMessage(2400, LogLevel.Warning, "Endpoint {Endpoint}: a connection to service {Service} at node {Node} is refused by rule {Rule} ({Reason}): {Detail}")]
    public static partial void Refused(ILogger logger, string endpoint, string service, string node, string rule, string reason, string detail);

    [LoggerMessage(2401, LogLevel.Information, "Endpoint {Endpoint}: clear connection to {ClearTo} by rule {Rule}: {BytesOut} bytes out, {BytesIn} in, {Milliseconds:F1} ms, {Reason}")]
    public static partial void ClearEnded(ILogger logger, string endpoint, EndPoint clearTo, string rule, long bytesOut, long bytesIn, double milliseconds, string reason);

    [LoggerMessage(2402, LogLevel.Warning, "Endpoint {Endpoint}: {ClearTo} cannot be reached clear: {Detail}")]
    public static partial void ClearToUnreachable(ILogger logger, string endpoint, EndPoint clearTo, string detail);

    [LoggerMessage(2403, LogLevel.Warning, "Endpoint {Endpoint}: node {Node} is not capable: by rule {Rule} what goes to it goes clear for {Seconds} s (soft association): {Detail}")]
    public static partial void FellBack(ILogger logger, string endpoint, string node, string rule, int seconds, string detail);

    [LoggerMessage(2404, LogLevel.Information, "Endpoint {Endpoint}: node {Node} wants security: protected from the next connection on; {Open} that are open stay clear until they end")]
    public static partial void PeerWantsSecurity(ILogger logger, string endpoint, string node, int open);

    [LoggerMessage(2405, LogLevel.Information, "Endpoint {Endpoint}: enquiry at node {Node}: {Outcome}")]
    public static partial void EnquiryEnded(ILogger logger, string endpoint, string node, string outcome);

    [LoggerMessage(2406, LogLevel.Information, "Node {Node} ({Identity}) is pinned: nothing goes clear to it any more where rules negotiate")]
    public static partial void Pinned(ILogger logger, string node, string identity);

    [LoggerMessage(2407, LogLevel.Error, "The pin of node {Node} holds until this node ends, and is not kept: {Detail}; {Fix}")]
    public static partial void PinsNotWritten(ILogger logger, string node, string detail, string fix);

    [LoggerMessage(2408, LogLevel.Error, "{Detail}; the {Count} pins in memory hold; {Fix}")]
    public static partial void PinsNotRead(ILogger logger, string detail, int count, string fix);

    [LoggerMessage(2409, LogLevel.Warning, "{Path} is gone; the {Count} pins in memory hold and are written again with the next one")]
    public static partial void PinsGone(ILogger logger, string path, int count);
}
