namespace FeBeRelay.Relay.Audit;

/// <summary>Central policy.</summary>
internal sealed partial class AuditLog
{
    /// <summary>A policy bundle was checked and taken; it takes effect at its time.</summary>
    public void BundleTaken(string what) => Write(AuditEventId.BundleTaken, e => e with { Reason = what });

    /// <summary>A policy bundle was refused; nothing changed.</summary>
    public void BundleRefused(string reason) => Write(AuditEventId.BundleRefused, e => e with { FailurePoint = FailurePoint.Me, Reason = reason });

    /// <summary>The policy bundle in effect has ended.</summary>
    public void BundleStale(string reason) => Write(AuditEventId.BundleStale, e => e with { FailurePoint = FailurePoint.Peer, Reason = reason });
}
