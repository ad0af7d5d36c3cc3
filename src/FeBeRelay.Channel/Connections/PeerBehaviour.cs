using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>What a failure says of the peer. Only what the network or the peer itself did counts: a fault of this node must not look like a peer that is not capable.</summary>
internal static class PeerBehaviour
{
    /// <summary>A connection that was not made.</summary>
    public static PeerObservation? Of(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.TimedOut or SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery => PeerObservation.Silent,
        SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => PeerObservation.Refused,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => PeerObservation.Closed,
        _ => null,
    };

    /// <summary>A negotiation that failed.</summary>
    /// <param name="failure">How.</param>
    /// <param name="speaks">Whether any byte parsed as this protocol: then nothing else counts.</param>
    public static PeerObservation? Of(Exception failure, bool speaks) => (speaks, failure) switch
    {
        (true, _) => PeerObservation.Parsed,
        (_, ProtocolException { Error: ProtocolError.NotThisProtocol }) => PeerObservation.OtherProtocol,
        (_, ProtocolException { Error: ProtocolError.Truncated }) => PeerObservation.Closed,
        (_, ProtocolException { Error: ProtocolError.Deadline }) => PeerObservation.Silent,
        (_, SocketException e) => Of(e),
        _ => null,
    };
}
