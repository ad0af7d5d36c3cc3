using System.Net;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Services;

/// <summary>A name that peers ask for, the back end behind it, and who may use it. Default deny.</summary>
/// <param name="Name">1 to 63 characters of a-z 0-9 . -</param>
/// <param name="BackEnd">The application's address.</param>
/// <param name="Peers">DNS names of certificates, or <c>ou=Unit</c>; at least one.</param>
/// <param name="ProxyProtocol">Whether the back end is told addresses by a PROXY protocol v2 header.</param>
internal sealed record Service(string Name, EndPoint BackEnd, IReadOnlyList<string> Peers, bool ProxyProtocol)
{
    /// <summary>The service's own port; null if nothing but channels at the node ports reaches it.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>How long a connection at its own port that says nothing is held for a channel, before the back end may speak first.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether that peer may use the service.</summary>
    public bool Allows(PeerIdentity peer) => Peers.Any(peer.Matches);
}
