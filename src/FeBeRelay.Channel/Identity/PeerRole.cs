namespace FeBeRelay.Channel.Identity;

/// <summary>The part that a node plays in an association, and with it the extended key usage that its certificate needs.</summary>
public enum PeerRole
{
    /// <summary>The node that dials: clientAuth.</summary>
    Initiator,

    /// <summary>The node that is dialled: serverAuth.</summary>
    Responder,
}
