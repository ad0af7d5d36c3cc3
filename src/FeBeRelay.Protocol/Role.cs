namespace FeBeRelay.Protocol;

/// <summary>Who dialled (page docs/protocol.md, "Roles"): fixed for a connection, its association and its channel.</summary>
public enum Role
{
    /// <summary>The node that dialled.</summary>
    Initiator,
    /// <summary>The other.</summary>
    Responder,
}
