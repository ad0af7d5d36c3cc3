namespace FeBeRelay.Relay.Audit;

/// <summary>Takes events. Thread-safe; never waits.</summary>
internal interface IAuditSink
{
    /// <summary>False while the log cannot be written and the node is to take nothing new that would go unrecorded.</summary>
    bool MayAdmit { get; }

    /// <summary>False while events cannot be written, whatever that means for the node.</summary>
    bool IsWritten { get; }

    /// <summary>Hands an event over; its number is given when it is written.</summary>
    void Write(AuditEvent one);
}

/// <summary>No log: the lab's nodes.</summary>
internal sealed class NoAudit : IAuditSink
{
    public bool MayAdmit => true;

    public bool IsWritten => true;

    public void Write(AuditEvent one)
    {
        // Nobody asked for it.
    }
}
