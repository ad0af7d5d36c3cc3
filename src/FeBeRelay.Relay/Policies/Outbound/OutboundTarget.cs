using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>What connections are made to, whatever the policy.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Service">The service asked for there, or null.</param>
/// <param name="Endpoint">The relay endpoint that asks, or null.</param>
internal sealed record OutboundTarget(PeerNode Peer, string? Service, string? Endpoint)
{
    /// <summary>One of the peer's addresses, dialled by itself; null for what the configuration says.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Where clear bytes go if a rule lets them; null is nowhere.</summary>
    public EndPoint? ClearTo { get; init; }

    /// <summary>Whether the peer may be asked by an enquiry.</summary>
    public bool IsEnquiryOn { get; init; } = true;

    /// <summary>What rules are found by.</summary>
    public Traffic Traffic => PolicyTraffic.ToNode(Address is null ? Peer : Peer with { Address = Address }) with { Endpoint = Endpoint, Service = Service };
}
