using System.Net;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Channel.Connections;

/// <summary>A peer that dialled this node, on its way to a channel.</summary>
/// <param name="Local">Where it was accepted.</param>
/// <param name="Remote">Where it came from.</param>
public sealed record PeerArrival(IPEndPoint Local, IPEndPoint Remote)
{
    /// <summary>Who it is; null before that is verified.</summary>
    public PeerIdentity? Peer { get; init; }

    /// <summary>What its policy asks.</summary>
    public Demand Demand { get; init; } = Demand.Require;
}
