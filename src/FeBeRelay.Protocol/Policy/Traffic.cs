using System.Net;

namespace FeBeRelay.Protocol.Policy;

/// <summary>Which way a connection goes, seen from this node.</summary>
public enum Direction
{
    /// <summary>This node dials.</summary>
    Outbound,

    /// <summary>This node is dialled.</summary>
    Inbound,
}

/// <summary>
/// What is known of a connection when a rule is looked for. What is null is not known and no filter that asks for it matches: the identity behind
/// a clear connection that arrives, the service before a stream is opened.
/// </summary>
public sealed record Traffic(Direction Direction)
{
    /// <summary>The peer's address; one mapped from IPv4 is its IPv4 address.</summary>
    public IPAddress? PeerAddress
    {
        get;
        init => field = value is { IsIPv4MappedToIPv6: true } ? value.MapToIPv4() : value;
    }

    /// <summary>The name by which the peer is dialled.</summary>
    public string? PeerHost { get; init; }

    /// <summary>What the peer's certificate says, or must say: DNS names, and organizational units as <c>ou=Unit</c>.</summary>
    public IReadOnlyList<string> PeerIdentities { get; init; } = [];

    /// <summary>The port that the connection is made to: the peer's outward, this node's inward.</summary>
    public int? Port { get; init; }

    /// <summary>The relay endpoint, outward only.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The service asked for.</summary>
    public string? Service { get; init; }
}
