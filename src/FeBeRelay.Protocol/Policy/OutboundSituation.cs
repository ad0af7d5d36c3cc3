namespace FeBeRelay.Protocol.Policy;

/// <summary>All that the decision on a connection to a peer depends on. Facts only, as they are at this moment: a later moment asks again.</summary>
public sealed record OutboundSituation
{
    /// <summary>The rule that the policy has for this traffic.</summary>
    public required PolicyRule Rule { get; init; }

    /// <summary>Whether the relay endpoint names an address for clear bytes.</summary>
    public bool HasClearTo { get; init; }

    /// <summary>Whether the relay endpoint may ask peers by an enquiry.</summary>
    public bool IsEnquiryOn { get; init; } = true;

    /// <summary>Whether the peer was reached protected before and pinned (<see cref="PolicyRule.Ratchet"/>).</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether an association with the peer is alive.</summary>
    public bool IsAssociationLive { get; init; }

    /// <summary>What earlier attempts left behind.</summary>
    public PeerMemory Memory { get; init; }

    /// <summary>How credentials fared in this attempt.</summary>
    public CredentialState Credentials { get; init; }

    /// <summary>What the peer did so far in this connection's attempt, all its tries together (<see cref="PeerObservations.Then"/>).</summary>
    public PeerObservation Seen { get; init; }

    /// <summary>Whether a try is under way.</summary>
    public bool IsTryRunning { get; init; }

    /// <summary>Whether the rule's last try has been started.</summary>
    public bool AreTriesUsed { get; init; }

    /// <summary>Whether the rule's fallback timer has passed since the first try.</summary>
    public bool IsTimerPassed { get; init; }
}
