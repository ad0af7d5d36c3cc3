using System.Net;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel;

/// <summary>A node that this one dials.</summary>
/// <param name="Name">Its name in this node's configuration.</param>
/// <param name="Address">Its node port.</param>
/// <param name="Identity">The name that its certificate must have.</param>
public sealed record PeerNode(string Name, EndPoint Address, string Identity)
{
    /// <summary>The outgoing address to dial from, or null.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>Idle channels kept; more are closed when their stream ends.</summary>
    public int MaxIdleChannels { get; init; } = 64;

    /// <summary>Channels made ahead, so that a new application connection waits for nothing.</summary>
    public int WarmChannels { get; init; }

    /// <summary>How its channels are protected: the policy's word.</summary>
    public SecurityMethods Security { get; init; } = SecurityMethods.Default;

    /// <summary>What associations with it are kept by: those made for other security methods are not used.</summary>
    internal string AssociationKey => Security == SecurityMethods.Default ? Name : $"{Name} ({Security})";
}
