using System.Net;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel;

/// <summary>What the channel layer logs. Ids 1000 to 1999, append only; next free id: 1010, of new keys in live channels: 1104, of floods: 1152, of connections: 1162.</summary>
internal static partial class ChannelLog
{
    [LoggerMessage(1000, LogLevel.Information,
        "Association {Id} made as {Role} with {Peer} (fingerprint {Fingerprint}): {Suite}, {Group}, life {AssociationSeconds} s, keys {KeySeconds} s or {KeyKilobytes} kB")]
    public static partial void AssociationMade(
        ILogger logger, string id, Role role, string peer, string fingerprint, string suite, string group, uint associationSeconds, uint keySeconds, uint keyKilobytes);

    [LoggerMessage(1001, LogLevel.Information, "Association {Id} with {Peer} ended ({Reason}) after {QuickModes} quick modes: {Totals}")]
    public static partial void AssociationEnded(ILogger logger, string id, string peer, string reason, uint quickModes, TrafficTotals totals);

    [LoggerMessage(1002, LogLevel.Warning, "Negotiation with {From} failed ({Error}): {Detail}")]
    public static partial void NegotiationFailed(ILogger logger, IPEndPoint from, string error, string detail);

    [LoggerMessage(1003, LogLevel.Information, "Node port open on {EndPoint}")]
    public static partial void NodePortOpen(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(1004, LogLevel.Warning, "Connection from {From} closed unheard: {Reason}")]
    public static partial void TurnedAway(ILogger logger, IPEndPoint from, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "Accepting a connection failed: {Detail}; trying again")]
    public static partial void AcceptFailed(ILogger logger, string detail);

    [LoggerMessage(1006, LogLevel.Debug, "Idle channel {Id} to node {Peer} is over")]
    public static partial void IdleChannelLost(ILogger logger, string id, string peer);

    [LoggerMessage(1007, LogLevel.Warning, "Making a channel ahead of use to node {Peer} failed: {Detail}")]
    public static partial void WarmingFailed(ILogger logger, string peer, string detail);

    [LoggerMessage(1008, LogLevel.Warning, "Association {Id} with {Peer} is given up, and its {Channels} channels are cut: {Reason}")]
    public static partial void AssociationRevoked(ILogger logger, string id, string peer, string reason, int channels);

    [LoggerMessage(1100, LogLevel.Debug, "Channel {Id} with {Peer} has new keys under association {Association}")]
    public static partial void Rekeyed(ILogger logger, string id, string peer, string association);

    [LoggerMessage(1101, LogLevel.Warning, "Channel {Id} with {Peer} is ended ({Code}) over new keys: {Detail}")]
    public static partial void RekeyingFailed(ILogger logger, string id, string peer, string code, string detail);

    [LoggerMessage(1102, LogLevel.Warning, "Channel {Id} with {Peer} keeps its keys, to be tried again: {Detail}")]
    public static partial void KeysKept(ILogger logger, string id, string peer, string detail);

    [LoggerMessage(1103, LogLevel.Debug, "Channel {Id} with {Peer} is parked in this node's direction: nothing was sent for a while")]
    public static partial void Parked(ILogger logger, string id, string peer);

    [LoggerMessage(1150, LogLevel.Warning, "{Count} more lines like the next were held back in the last minutes")]
    public static partial void LinesHeld(ILogger logger, long count);

    [LoggerMessage(1160, LogLevel.Warning, "{Soft} connections are open, of {Hard} at most: none is kept or made ahead of use until there are fewer")]
    public static partial void ConnectionsTight(ILogger logger, int soft, int hard);

    [LoggerMessage(1161, LogLevel.Warning, "A connection was reset at once: {Open} are open, of {Hard} at most, or descriptors are about to run out ({Held} times more before)")]
    public static partial void ConnectionRefused(ILogger logger, int open, int hard, long held);

    [LoggerMessage(1151, LogLevel.Warning, "Connection from {From} heard, but not many more: {Reason}")]
    public static partial void ManyNegotiations(ILogger logger, IPAddress from, string reason);
}
