using System.Net;
using FeBeRelay.Channel.Associations;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay;

/// <summary>What relay and listener log. Ids 2000 to 2999, append only; next free id: 2014.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(2000, LogLevel.Information, "Relay endpoint {Endpoint} open on {EndPoint} for service {Service} at node {Node}")]
    public static partial void EndpointOpen(ILogger logger, string endpoint, EndPoint endPoint, string service, string node);

    [LoggerMessage(2001, LogLevel.Warning, "Endpoint {Endpoint}: no channel for service {Service}: {Detail}")]
    public static partial void NoChannel(ILogger logger, string endpoint, string service, string detail);

    [LoggerMessage(EventId = 2002, Message =
        "Endpoint {Endpoint}: stream {Number} of channel {Channel} to service {Service} at {Peer}: {BytesOut} bytes out, {BytesIn} in, {Milliseconds:F1} ms, {Reason}")]
    public static partial void StreamEnded(
        ILogger logger, LogLevel level, string endpoint, string service, string peer, string channel, uint number, long bytesOut, long bytesIn, double milliseconds, string reason);

    [LoggerMessage(2003, LogLevel.Information, "Channel {Id} from {Peer} at {From} made (SPI in {InboundSpi:x8}, out {OutboundSpi:x8})")]
    public static partial void ChannelMade(ILogger logger, string id, string peer, IPEndPoint from, uint inboundSpi, uint outboundSpi);

    [LoggerMessage(2004, LogLevel.Information, "Channel {Id} from {Peer} ended after {Streams} streams: {Totals}, {Reason}")]
    public static partial void ChannelEnded(ILogger logger, string id, string peer, uint streams, TrafficTotals totals, string reason);

    [LoggerMessage(2005, LogLevel.Warning, "Stream to service {Service} refused to {Peer}: {Code}")]
    public static partial void StreamRefused(ILogger logger, string service, string peer, string code);

    [LoggerMessage(2006, LogLevel.Warning, "Service {Service}: back end {BackEnd} cannot be reached for {Peer}: {Detail}")]
    public static partial void BackEndUnreachable(ILogger logger, string service, EndPoint backEnd, string peer, string detail);

    [LoggerMessage(EventId = 2007, Message =
        "Service {Service}: stream {Number} of channel {Channel} from {Peer}: {BytesOut} bytes out, {BytesIn} in, {Milliseconds:F1} ms, {Reason}")]
    public static partial void ServedStreamEnded(
        ILogger logger, LogLevel level, string service, string peer, string channel, uint number, long bytesOut, long bytesIn, double milliseconds, string reason);

    [LoggerMessage(2008, LogLevel.Warning, "Service {Service}: {Way}")]
    public static partial void OtherWayFound(ILogger logger, string service, string way);

    [LoggerMessage(2009, LogLevel.Information, "Node {Node} started")]
    public static partial void NodeStarted(ILogger logger, string node);

    [LoggerMessage(2010, LogLevel.Information, "Draining: no new connections; open streams have {Seconds} s")]
    public static partial void Draining(ILogger logger, int seconds);

    [LoggerMessage(2011, LogLevel.Warning, "Drain deadline passed: open streams are cut")]
    public static partial void DrainDeadline(ILogger logger);

    [LoggerMessage(2012, LogLevel.Information, "Node {Node} stopped")]
    public static partial void NodeStopped(ILogger logger, string node);
}
