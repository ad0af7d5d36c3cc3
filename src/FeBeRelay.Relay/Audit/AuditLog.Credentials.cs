using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Audit;

/// <summary>Certificates, roots and revocation lists while the node runs.</summary>
internal sealed partial class AuditLog
{
    /// <summary>An association was given up because its peer's certificate no longer counts.</summary>
    public void PeerRevoked(Association association, CertificateProblem problem) => Write(AuditEventId.PeerRevoked, e => With(e, association) with
    {
        FailurePoint = FailurePoint.Me,
        Error = problem.Refusal.ToString(),
        Reason = problem.Explanation,
    });

    /// <summary>The node goes on with another certificate, other roots or other revocation lists.</summary>
    public void CredentialsReplaced(string what, IReadOnlyList<string> identity) =>
        Write(AuditEventId.CredentialsReplaced, e => e with { LocalIdentity = identity, Reason = what });

    /// <summary>What the files hold now cannot be used; what was read before stays.</summary>
    public void CredentialsNotUsable(string reason) =>
        Write(AuditEventId.CredentialsNotUsable, e => e with { FailurePoint = FailurePoint.Me, Reason = reason });

    /// <summary>A responder's answer is not about what was asked, not signed by who may, or does not count now.</summary>
    public void AnswerRefused(Uri responder, string reason)
    {
        Counts.Count(AuditEventId.RevocationAnswerRefused);
        if (_flood.Admits($"responder {responder}"))
        {
            WriteCounted(AuditEventId.RevocationAnswerRefused, e => e with { RemoteAddress = responder.ToString(), FailurePoint = FailurePoint.Me, Reason = reason });
        }
    }

    /// <summary>The node's certificate or a revocation list ends soon, or has ended.</summary>
    public void CredentialsEnd(string what, DateTimeOffset end) =>
        Write(AuditEventId.CredentialsEnd, e => e with { Reason = $"{what} ends at {end:u}" });
}
