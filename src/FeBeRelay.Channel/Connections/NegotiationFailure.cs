using System.Net;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>The facts of a connection that did not become a channel, for who keeps account of them.</summary>
/// <param name="Role">This node's role.</param>
/// <param name="Step">How far it came.</param>
/// <param name="Reason">For the operator; may hold words of the peer.</param>
public sealed record NegotiationFailure(Role Role, NegotiationStep Step, string Reason)
{
    /// <summary>What went wrong in the protocol; null when the connection itself failed.</summary>
    public ProtocolError? Error { get; init; }

    /// <summary>The code that an authenticated peer gave.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Why the peer's certificate was refused, if it was.</summary>
    public IdentityRefusal? Refusal { get; init; }

    /// <summary>The peer proved who it is, but policy blocks it or no service is for it.</summary>
    public bool IsNotAllowed { get; init; }

    /// <summary>The rule that decided, where one did.</summary>
    public PolicyRule? Rule { get; init; }

    public EndPoint? Local { get; init; }

    public EndPoint? Remote { get; init; }

    /// <summary>The peer's name in this node's configuration (initiator).</summary>
    public string? PeerNode { get; init; }

    /// <summary>Who the peer is, where that was verified.</summary>
    public PeerIdentity? Peer { get; init; }

    /// <summary>The association that quick mode ran under, lower-case hexadecimal.</summary>
    public string? Association { get; init; }
}
