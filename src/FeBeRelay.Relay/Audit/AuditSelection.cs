using System.Collections.Frozen;

namespace FeBeRelay.Relay.Audit;

/// <summary>Which categories are written, for successes and for failures.</summary>
internal sealed class AuditSelection(IEnumerable<AuditCategory> success, IEnumerable<AuditCategory> failure)
{
    private readonly FrozenSet<AuditCategory> _success = success.ToFrozenSet();
    private readonly FrozenSet<AuditCategory> _failure = failure.ToFrozenSet();

    /// <summary>Everything.</summary>
    public static readonly AuditSelection All = new(Enum.GetValues<AuditCategory>(), Enum.GetValues<AuditCategory>());

    public bool Has(AuditEventKind kind) =>
        kind.Category == AuditCategory.Audit || (kind.Outcome == AuditOutcome.Success ? _success : _failure).Contains(kind.Category);
}
