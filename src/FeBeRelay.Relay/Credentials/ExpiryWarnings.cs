using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Relay.Audit;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Credentials;

/// <summary>Warns, a few times each, before a certificate or revocation list ends. Not thread-safe.</summary>
/// <param name="audit">The audit log.</param>
/// <param name="logger">The log.</param>
internal sealed class ExpiryWarnings(AuditLog audit, ILogger logger)
{
    private static readonly double[] DaysBefore = [30, 14, 7, 3, 1, 0];

    private readonly Dictionary<string, int> _warned = [];

    /// <summary>Warns of what ends soon and was not warned of since the last step of 30, 14, 7, 3, 1 and 0 days before.</summary>
    public void Look(NodeCertificate certificate, RevocationLists lists, DateTimeOffset now)
    {
        TimeSpan left = certificate.NotAfter - now;
        if (IsNew(certificate.Fingerprint, DaysBefore.Count(days => left <= TimeSpan.FromDays(days))))
        {
            CredentialLog.CertificateEnds(logger, certificate.NotAfter);
            audit.CredentialsEnd("this node's certificate", certificate.NotAfter);
        }
        foreach (RevocationList list in lists.All.GroupBy(l => l.IssuerForDisplay).Select(g => g.MaxBy(l => l.NextUpdate)!))
        {
            // Lists live hours or months: a fifth of the life, and its end.
            int step = (now >= list.NextUpdate - (list.NextUpdate - list.ThisUpdate) / 5 ? 1 : 0) + (now > list.NextUpdate ? 1 : 0);
            if (IsNew($"{list.IssuerForDisplay} {list.NextUpdate:O}", step))
            {
                CredentialLog.ListEnds(logger, list.IssuerForDisplay, list.NextUpdate);
                audit.CredentialsEnd($"the revocation list of {list.IssuerForDisplay}", list.NextUpdate);
            }
        }
    }

    private bool IsNew(string what, int step)
    {
        bool isNew = step > _warned.GetValueOrDefault(what);
        _warned[what] = step;
        return isNew;
    }
}
