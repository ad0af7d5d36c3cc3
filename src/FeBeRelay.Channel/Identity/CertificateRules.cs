using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>
/// What a certificate must satisfy by itself, before any chain is built. The same rules judge a peer's leaf, the node's own
/// at load, and what <c>certs show</c> prints.
/// </summary>
public static class CertificateRules
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Signing of policy bundles. An OID made of a UUID (ITU-T X.667): nobody had to be asked for it, and no certificate of another purpose has it.</summary>
    public const string PolicySigning = "2.25.119690135725676791238339628613438934988";

    private const string PolicyMappings = "2.5.29.33";
    private const string PolicyConstraints = "2.5.29.36";
    private const string InhibitAnyPolicy = "2.5.29.54";

    /// <summary>All problems of a leaf in a role at a time, cheapest first, evaluated as they are asked for.</summary>
    public static IEnumerable<CertificateProblem> LeafProblems(X509Certificate2 leaf, PeerRole role, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        return AllChecks(leaf, role, now).OfType<CertificateProblem>();
    }

    /// <summary>All problems of a certificate above a leaf; the signature under a root is not one of them, since nobody relies on it.</summary>
    public static IEnumerable<CertificateProblem> AuthorityProblems(X509Certificate2 authority, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var isRoot = authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData);
        CertificateProblem?[] checks =
        [
            CheckValidity(authority, now),
            CertificateStrength.CheckKey(authority),
            isRoot ? null : CertificateStrength.CheckSignature(authority),
            isRoot ? null : CheckPolicies(authority),
        ];
        return checks.OfType<CertificateProblem>();
    }

    public static string ExtendedKeyUsageOf(PeerRole role) =>
        role switch
        {
            PeerRole.Initiator => ClientAuthentication,
            PeerRole.Responder => ServerAuthentication,
            _ => PolicySigning,
        };

    internal static CertificateProblem? CheckValidity(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (now > NotAfter(certificate))
            return new(IdentityRefusal.Expired, $"the certificate of {CertificateNames.Display(certificate)} expired at {Utc(NotAfter(certificate))}");
        return now < NotBefore(certificate)
            ? new(
                IdentityRefusal.NotYetValid,
                $"the certificate of {CertificateNames.Display(certificate)} is not valid before {Utc(NotBefore(certificate))} (is the clock right?)")
            : null;
    }

    /// <summary>
    /// The platform does not hold a chain to these on every system (NIST's suite shows it), and names and usage decide here anyway. What is not evaluated
    /// must not be passed over, critical or not: else this program would believe chains that their authority forbids.
    /// </summary>
    internal static CertificateProblem? CheckPolicies(X509Certificate2 certificate) =>
        certificate.Extensions.Any(extension => extension.Oid?.Value is PolicyMappings or PolicyConstraints or InhibitAnyPolicy)
            ? new(
                IdentityRefusal.ConstrainsPolicies,
                $"the certificate of {CertificateNames.Display(certificate)} constrains or maps certificate policies, which are not evaluated here; "
                + "let an authority without such constraints issue the node's certificate")
            : null;

    internal static DateTimeOffset NotBefore(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    internal static DateTimeOffset NotAfter(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    private static IEnumerable<CertificateProblem?> AllChecks(X509Certificate2 leaf, PeerRole role, DateTimeOffset now)
    {
        yield return CheckValidity(leaf, now);
        yield return CertificateStrength.CheckKey(leaf);
        yield return CertificateStrength.CheckSignature(leaf);
        yield return CheckNotAuthority(leaf);
        yield return CheckKeyUsage(leaf);
        yield return CheckExtendedKeyUsage(leaf, role);
        yield return CheckNames(leaf);
        yield return CheckPolicies(leaf);
    }

    private static CertificateProblem? CheckNotAuthority(X509Certificate2 leaf) =>
        leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
            ? new(IdentityRefusal.LeafIsAuthority, $"{CertificateNames.Display(leaf)} is a certificate authority; a node needs a certificate of its own")
            : null;

    private static CertificateProblem? CheckKeyUsage(X509Certificate2 leaf)
    {
        var usage = leaf.Extensions.OfType<X509KeyUsageExtension>().SingleOrDefault();
        return usage is not null && usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)
            ? null
            : new(
                IdentityRefusal.NoDigitalSignature,
                $"the certificate of {CertificateNames.Display(leaf)} has {(usage is null ? "no key usage" : "a key usage without digitalSignature")}");
    }

    private static CertificateProblem? CheckExtendedKeyUsage(X509Certificate2 leaf, PeerRole role)
    {
        var usage = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SingleOrDefault();
        var needed = role switch
        {
            PeerRole.Initiator => "clientAuth, which a node that dials needs",
            PeerRole.Responder => "serverAuth, which a node that is dialled needs",
            _ => "policy signing (feberelay certs issue --policy-signer), which a signer of policies needs",
        };
        if (usage is null)
        {
            return new(
                IdentityRefusal.MissingExtendedKeyUsage,
                $"the certificate of {CertificateNames.Display(leaf)} has no extended key usage, so not {needed}");
        }

        return usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == ExtendedKeyUsageOf(role))
            ? null
            : new(
                IdentityRefusal.WrongExtendedKeyUsage,
                $"the extended key usage in the certificate of {CertificateNames.Display(leaf)} lacks {needed}");
    }

    private static CertificateProblem? CheckNames(X509Certificate2 leaf) =>
        CertificateNames.DnsNames(leaf).Count > 0
            ? null
            : new(
                IdentityRefusal.NoDnsName,
                $"the certificate of {CertificateNames.Display(leaf)} has no DNS name in its subject alternative name (common names and wildcards do not count)");

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
