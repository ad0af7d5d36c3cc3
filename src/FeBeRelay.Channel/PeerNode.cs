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

    /// <summary>Idle channels that are kept however long nobody has needed them; the soft limit beside <see cref="MaxIdleChannels"/>.</summary>
    public const int LastingIdleChannels = 64;

    // One that a burst of streams needed.
    private static readonly TimeSpan SurplusUnused = TimeSpan.FromMinutes(1);

    /// <summary>Idle channels kept; more are closed when their stream ends.</summary>
    public int MaxIdleChannels { get; init; } = 1_024;

    /// <summary>Channels made ahead, so that a new application connection waits for nothing.</summary>
    public int WarmChannels { get; init; }

    /// <summary>How long an idle channel may go unused.</summary>
    /// <param name="younger">How many idle ones were used after it.</param>
    /// <param name="longest">How long the lasting ones may.</param>
    public static TimeSpan LongestUnused(int younger, TimeSpan longest) => younger < LastingIdleChannels || longest < SurplusUnused ? longest : SurplusUnused;

    /// <summary>The service principal that a ticket for it is asked for, <c>service/host</c>; null for <c>feberelay/</c> and <see cref="Identity"/>.</summary>
    public string? KerberosService { get; init; }

    /// <summary>How its channels are protected: the policy's word.</summary>
    public SecurityMethods Security { get; init; } = SecurityMethods.Default;

    /// <summary>What a ticket is asked for.</summary>
    internal string Service => KerberosService ?? $"feberelay/{Identity.ToLowerInvariant()}";

    /// <summary>What associations with it are kept by: those made for other security methods are not used.</summary>
    internal string AssociationKey => Security == SecurityMethods.Default ? Name : $"{Name} ({Security})";
}
