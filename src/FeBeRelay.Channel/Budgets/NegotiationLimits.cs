namespace FeBeRelay.Channel.Budgets;

/// <summary>
/// How much of a node those may use who are not authenticated yet (docs/protocol.md 8.4 and 8.5), in pairs: the soft limit warns, the hard one refuses. A stranger is an
/// address from which no peer has proved itself within <see cref="KnownFor"/>: what strangers do leaves room for the node's peers.
/// </summary>
internal static class NegotiationLimits
{
    /// <summary>Connections in negotiation, all together.</summary>
    public const int SoftAll = 768;

    /// <inheritdoc cref="SoftAll"/>
    public const int HardAll = 1_024;

    /// <summary>Connections of strangers in negotiation, all together.</summary>
    public const int SoftStrangers = 256;

    /// <inheritdoc cref="SoftStrangers"/>
    public const int HardStrangers = 512;

    /// <summary>Connections in negotiation from one strange address (of IPv6: from one /64).</summary>
    public const int SoftSource = 64;

    /// <inheritdoc cref="SoftSource"/>
    public const int HardSource = 128;

    /// <summary>Addresses of which account is kept; those beyond share one.</summary>
    public const int Sources = 4_096;

    /// <summary>How long an address from which a peer has proved itself is no stranger.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    /// <summary>Main modes that one strange address may have answered: so many at once, and a second.</summary>
    public static readonly (double AtOnce, double PerSecond) MainModesOfStranger = (20, 10);

    /// <summary>Main modes that one known address may have answered: about one processor, at the 3.9 ms that each costs a listener (bench/README.md, <c>full</c>).</summary>
    public static readonly (double AtOnce, double PerSecond) MainModesOfKnown = (1_000, 250);

    /// <summary>Main modes that all strangers together may have answered: about a tenth of a processor.</summary>
    public static readonly (double AtOnce, double PerSecond) MainModesOfStrangers = (200, 100);
}
