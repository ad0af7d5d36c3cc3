using System.Collections.Frozen;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// How often each event happened since the node's start: also those that the selection leaves out, and those of a flood that the log tells in one line.
/// Thread-safe.
/// </summary>
internal sealed class AuditCounters
{
    private readonly FrozenDictionary<AuditEventId, Counter> _counts = AuditEventKind.All.ToFrozenDictionary(kind => kind.Id, _ => new Counter());

    public long this[AuditEventId id] => Interlocked.Read(ref _counts[id].Value);

    public void Count(AuditEventId id) => Interlocked.Increment(ref _counts[id].Value);

    private sealed class Counter
    {
        public long Value;
    }
}
