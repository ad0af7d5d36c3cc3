namespace FeBeRelay.Protocol.Handshake;

/// <summary>What the initiator's policy asks of the connection (clause 2.2).</summary>
public enum Demand : byte
{
    None = 0,
    Request = 1,
    Require = 2,
}

/// <summary>What the responder's policy says of the traffic (clause 2.7).</summary>
public enum Answer : byte
{
    Optional = 0,
    Protected = 1,
}

/// <summary>What became of the association that the initiator named as tried (clauses 2.7 and 3.8).</summary>
public enum Fate : byte
{
    /// <summary>None was named.</summary>
    None = 0,
    /// <summary>The responder does not hold it: the initiator discards it.</summary>
    Lost = 1,
    /// <summary>The responder holds it: the hint that said otherwise was forged.</summary>
    Kept = 2,
}
