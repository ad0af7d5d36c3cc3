namespace FeBeRelay.Protocol.Handshake;

/// <summary>What the initiator's policy asks of a connection (clause 2.2).</summary>
public enum Demand : byte
{
    /// <summary>Nothing: an enquiry, or a rule that only responds.</summary>
    None = 0,
    /// <summary>Protection where the peer is capable.</summary>
    Request = 1,
    /// <summary>Protection, or nothing is sent.</summary>
    Require = 2,
}
