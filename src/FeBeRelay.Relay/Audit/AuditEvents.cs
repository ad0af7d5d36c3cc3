namespace FeBeRelay.Relay.Audit;

/// <summary>Begins events.</summary>
internal static class AuditEvents
{
    /// <summary>An event with what all of its number have in common.</summary>
    public static AuditEvent New(AuditEventId id, string node, TimeProvider time)
    {
        AuditEventKind kind = AuditEventKind.Of(id);
        return new AuditEvent
        {
            Time = time.GetUtcNow(),
            Id = (int)id,
            Name = kind.Name,
            Windows = kind.Windows.Length == 0 ? null : kind.Windows,
            Category = kind.Category,
            Outcome = kind.Outcome,
            Node = node,
        };
    }
}
