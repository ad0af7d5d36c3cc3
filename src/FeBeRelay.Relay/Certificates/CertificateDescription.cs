using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Certificates;

/// <summary>What <c>certs show</c> prints of one certificate, and what this program would have against it.</summary>
internal sealed record CertificateDescription(
    string Subject,
    string Issuer,
    bool IsAuthority,
    IReadOnlyList<string> DnsNames,
    IReadOnlyList<string> OrganizationalUnits,
    IReadOnlyList<string> ExtendedKeyUsages,
    string Key,
    string Signature,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    string Fingerprint,
    IReadOnlyList<string> Problems)
{
    private static readonly PeerRole[] Roles = [PeerRole.Initiator, PeerRole.Responder];

    public static CertificateDescription Of(X509Certificate2 certificate, DateTimeOffset now)
    {
        var isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
        return new(
            CertificateNames.Display(certificate),
            CertificateNames.Printable(certificate.Issuer),
            isAuthority,
            CertificateNames.DnsNames(certificate),
            CertificateNames.OrganizationalUnits(certificate.SubjectName),
            [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(usage => usage.EnhancedKeyUsages.Cast<Oid>()).Select(Name)],
            PeerKeys.Describe(certificate.PublicKey) ?? $"{certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value} (not accepted)",
            certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value ?? "unknown",
            new(certificate.NotBefore.ToUniversalTime()),
            new(certificate.NotAfter.ToUniversalTime()),
            CertificateNames.Fingerprint(certificate),
            [.. (isAuthority ? AuthorityProblems(certificate, now) : LeafProblems(certificate, now)).Select(problem => problem.Explanation).Distinct()]);
    }

    private static IEnumerable<CertificateProblem> LeafProblems(X509Certificate2 certificate, DateTimeOffset now) =>
        (IsPolicySigner(certificate) ? [PeerRole.PolicySigner] : Roles).SelectMany(role => CertificateRules.LeafProblems(certificate, role, now));

    private static bool IsPolicySigner(X509Certificate2 certificate) => certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
        .Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == CertificateRules.PolicySigning));

    private static IEnumerable<CertificateProblem> AuthorityProblems(X509Certificate2 certificate, DateTimeOffset now) =>
        CertificateRules.AuthorityProblems(certificate, now);

    private static string Name(Oid purpose) => purpose.Value switch
    {
        CertificateRules.ServerAuthentication => "serverAuth",
        CertificateRules.ClientAuthentication => "clientAuth",
        CertificateRules.PolicySigning => "policySigning",
        _ => purpose.Value ?? "unknown",
    };
}
