using FeBeRelay.Channel;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>Whether a node is ready for new traffic. Thread-safe.</summary>
/// <param name="isOpen">Whether its ports are open and it is not draining.</param>
/// <param name="identity">Who it is.</param>
/// <param name="audit">Its security log.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeHealth(Func<bool> isOpen, NodeIdentity identity, AuditLog audit, TimeProvider time)
{
    /// <summary>How long before its end a certificate needs somebody.</summary>
    public static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(14);

    /// <summary>Looks.</summary>
    /// <param name="withDetails">Whether to say what is wrong.</param>
    public HealthView Read(bool withDetails)
    {
        HealthCheckView[] checks = [Ports(), Certificate(), Audit(), BackEnds()];
        return new HealthView
        {
            Status = checks.Max(check => check.Status),
            Checks = [.. checks.Select(check => withDetails ? check : check with { Detail = null })],
        };
    }

    private HealthCheckView Ports() => isOpen()
        ? Check("ports", HealthStatus.Ready, null)
        : Check("ports", HealthStatus.NotReady, "the node starts or drains");

    private HealthCheckView Certificate()
    {
        TimeSpan left = identity.Certificate.NotAfter - time.GetUtcNow();
        return left <= TimeSpan.Zero ? Check("certificate", HealthStatus.NotReady, "the node's certificate has ended: peers refuse it")
            : left <= CertificateWarning ? Check("certificate", HealthStatus.Degraded, "the node's certificate ends soon")
            : Check("certificate", HealthStatus.Ready, null);
    }

    private HealthCheckView Audit() => !audit.MayAdmit ? Check("audit", HealthStatus.NotReady, "the security log cannot be written, and the node takes nothing new without it")
        : !audit.IsWritten ? Check("audit", HealthStatus.Degraded, "the security log cannot be written")
        : Check("audit", HealthStatus.Ready, null);

    private HealthCheckView BackEnds() => audit.Counts[AuditEventId.OtherWayToBackEnd] > 0
        ? Check("backEnds", HealthStatus.Degraded, "a back end can be reached by another way, or is on another host: see event 9006 of the security log")
        : Check("backEnds", HealthStatus.Ready, null);

    private static HealthCheckView Check(string name, HealthStatus status, string? detail) => new() { Name = name, Status = status, Detail = detail };
}
