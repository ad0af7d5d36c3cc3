using System.Collections.Concurrent;
using System.Text;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>What one node told its audit log, as it would be read back from the file.</summary>
internal sealed class CollectedAudit : IAuditSink
{
    private readonly ConcurrentQueue<AuditEvent> _events = new();

    public bool MayAdmit { get; set; } = true;

    public bool IsWritten { get; set; } = true;

    public IReadOnlyList<AuditEvent> Events => [.. _events];

    public IReadOnlyList<AuditEvent> Failures => [.. _events.Where(e => e.Outcome == AuditOutcome.Failure)];

    public AuditLog LogOf(string node, TimeProvider time) => new(this, AuditSelection.All, node, time);

    public void Write(AuditEvent one)
    {
        byte[] json = AuditText.Write(one);
        Assert.DoesNotContain("PRIVATE KEY", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        _events.Enqueue(AuditText.Read(json));
    }

    /// <summary>The one event with that number; waits for it.</summary>
    public async Task<AuditEvent> SingleAsync(AuditEventId id)
    {
        await Eventually.TrueAsync(() => _events.Any(e => e.Id == (int)id));
        return Assert.Single(_events, e => e.Id == (int)id);
    }

    /// <summary>The one failure that there is, which must have that number.</summary>
    public async Task<AuditEvent> SingleFailureAsync(AuditEventId id)
    {
        await Eventually.TrueAsync(() => Failures.Count > 0);
        AuditEvent one = Assert.Single(Failures);
        Assert.Equal((int)id, one.Id);
        return one;
    }
}
