namespace FeBeRelay.Relay.Policies.Pins;

/// <summary>A peer that was reached protected: nothing goes clear to it any more.</summary>
/// <param name="Identity">The name that its certificate must have; what the pin is found by.</param>
/// <param name="Node">Its name in the configuration when it was pinned.</param>
/// <param name="Since">When it was pinned.</param>
internal sealed record Pin(string Identity, string Node, DateTimeOffset Since)
{
    /// <summary>Whether it is of that identity, or of a node of that name.</summary>
    public bool IsOf(string peer) =>
        Identity.Equals(peer, StringComparison.OrdinalIgnoreCase) || Node.Equals(peer, StringComparison.OrdinalIgnoreCase);
}
