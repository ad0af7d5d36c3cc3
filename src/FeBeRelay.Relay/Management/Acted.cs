using System.ComponentModel;

namespace FeBeRelay.Relay.Management;

/// <summary>What an action came to.</summary>
/// <param name="Association">The association's id.</param>
/// <param name="Channels">How many of its channels it was about.</param>
internal sealed record Acted(
    [property: Description("The association's id.")] string Association,
    [property: Description("How many of its channels it was about.")] int Channels);
