using System.Net;

namespace FeBeRelay.Relay.Audit;

/// <summary>The management endpoint.</summary>
internal sealed partial class AuditLog
{
    /// <summary>An operator has changed something.</summary>
    /// <param name="by">By which way the operator came.</param>
    /// <param name="remote">From where; null on a Unix socket.</param>
    /// <param name="association">What was acted on, or null.</param>
    /// <param name="what">What was done.</param>
    public void ManagementAction(string by, EndPoint? remote, string? association, string what) => Write(AuditEventId.ManagementAction, e => e with
    {
        Endpoint = by,
        RemoteAddress = Text(remote),
        Association = association,
        Reason = what,
    });

    /// <summary>A request was refused: no token or a wrong one, not the right for it, of another site.</summary>
    public void ManagementRefused(string by, EndPoint? remote, string error, string request)
    {
        Counts.Count(AuditEventId.ManagementRefused);
        if (_flood.Admits($"management {(remote as IPEndPoint)?.Address}"))
        {
            WriteCounted(AuditEventId.ManagementRefused, e => e with
            {
                Endpoint = by,
                RemoteAddress = Text(remote),
                FailurePoint = FailurePoint.Me,
                Error = error,
                Reason = request,
            });
        }
    }
}
