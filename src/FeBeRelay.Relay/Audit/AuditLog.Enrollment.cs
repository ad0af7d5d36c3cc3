using System.Net;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Enrollment;

namespace FeBeRelay.Relay.Audit;

/// <summary>The authority's own log: which certificates it gave out over the network, and to whom it gave none.</summary>
internal sealed partial class AuditLog
{
    /// <summary>A new node's key was certified, and its token taken.</summary>
    public void NodeEnrolled(EndPoint? remote, X509Certificate2 certificate) => Write(AuditEventId.NodeEnrolled, e => With(e, remote, certificate));

    /// <summary>A node's new key was certified, because it has a certificate that counts.</summary>
    public void CertificateRenewed(EndPoint? remote, X509Certificate2 certificate) => Write(AuditEventId.CertificateRenewed, e => With(e, remote, certificate));

    /// <summary>A request for a certificate was refused.</summary>
    public void EnrollmentRefused(EndPoint? remote, string error, string reason)
    {
        Counts.Count(AuditEventId.EnrollmentRefused);
        if (_flood.Admits($"enrolment {(remote as IPEndPoint)?.Address}"))
        {
            WriteCounted(AuditEventId.EnrollmentRefused, e => e with { RemoteAddress = Text(remote), FailurePoint = FailurePoint.Me, Error = error, Reason = reason });
        }
    }

    private static AuditEvent With(AuditEvent one, EndPoint? remote, X509Certificate2 certificate) => one with
    {
        RemoteAddress = Text(remote),
        PeerIdentity = CertificateNames.DnsNames(certificate),
        PeerFingerprint = CertificateNames.Fingerprint(certificate),
        Reason = $"serial number {certificate.SerialNumber}, valid until {certificate.NotAfter.ToUniversalTime():u}",
    };
}
