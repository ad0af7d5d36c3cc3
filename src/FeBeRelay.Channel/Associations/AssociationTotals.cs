namespace FeBeRelay.Channel.Associations;

/// <summary>What all associations of a node came to since its start, those that are over included. Never goes down.</summary>
/// <param name="Confidential">Under suites that encrypt.</param>
/// <param name="Authenticated">Under suites that only authenticate.</param>
/// <param name="ChannelsMade">Channels, each by a quick mode on a connection of its own.</param>
public readonly record struct AssociationTotals(TrafficTotals Confidential, TrafficTotals Authenticated, long ChannelsMade)
{
    /// <summary>Both kinds of suite together.</summary>
    public TrafficTotals All => Confidential + Authenticated;

    /// <summary>The same with what one association came to.</summary>
    internal AssociationTotals With(Association association) => association.Suite.IsConfidential
        ? this with { Confidential = Confidential + association.Totals }
        : this with { Authenticated = Authenticated + association.Totals };
}
