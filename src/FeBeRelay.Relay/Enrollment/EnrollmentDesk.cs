using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// Decides over requests for certificates and signs them: for who shows a token, and for who has a certificate that still counts. What it signs has the
/// names of the token or of that certificate, whatever else a request asks for. Thread-safe.
/// </summary>
/// <param name="files">The authority's folder. Copies of what is signed stay in its folder <c>issued</c>: only who has a certificate can revoke it.</param>
/// <param name="authority">Signs.</param>
/// <param name="time">The clock.</param>
internal sealed class EnrollmentDesk(CertificateFiles files, CertificateAuthority authority, TimeProvider time)
{
    private readonly TokenStore _tokens = new(files, time);

    /// <summary>The authority's certificate.</summary>
    public X509Certificate2 Authority => authority.Certificate;

    /// <summary>Certifies the key of a new node and takes its token.</summary>
    /// <param name="name">The node's name, which the token was made for.</param>
    /// <param name="secret">The token's secret.</param>
    /// <param name="request">PKCS#10, DER.</param>
    /// <exception cref="EnrollmentRefusal">Not with this token, or not this request.</exception>
    /// <exception cref="CertificateException">The authority's files cannot be used.</exception>
    public X509Certificate2 Enroll(string name, string secret, byte[] request)
    {
        TokenRecord token = _tokens.Check(name, secret);
        NodeRequest asked = Parse(request);
        RequireNames(asked.Names, token.Names, "the token was made for");
        return Sign(asked.ForNames(token.Names), () => _tokens.Take(token));
    }

    /// <summary>Certifies a new key of a node that has a certificate.</summary>
    /// <param name="present">The certificate whose key the node has proved to have.</param>
    /// <param name="request">PKCS#10, DER.</param>
    /// <exception cref="EnrollmentRefusal">Not with this certificate, or not this request.</exception>
    /// <exception cref="CertificateException">The authority's files cannot be used.</exception>
    public X509Certificate2 Renew(X509Certificate2 present, byte[] request)
    {
        RequireCounts(present);
        NodeRequest asked = Parse(request);
        var names = new IssueRequest(NameOf(present))
        {
            DnsNames = CertificateNames.DnsNames(present),
            OrganizationalUnits = CertificateNames.OrganizationalUnits(present.SubjectName),
            Days = Math.Max(1, (int)Math.Round((present.NotAfter - present.NotBefore).TotalDays)),
        };
        RequireNames(asked.Names, names, "the present certificate has");
        return asked.Key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(present.PublicKey.ExportSubjectPublicKeyInfo())
            ? throw new EnrollmentRefusal(StatusCodes.Status400BadRequest, "KeyNotNew", "the request is for the key of the present certificate; make a new key")
            : Sign(asked.ForNames(names), () => { });
    }

    private static NodeRequest Parse(byte[] request)
    {
        try
        {
            return NodeRequest.Parse(PemEncoding.WriteString("CERTIFICATE REQUEST", request), "the request");
        }
        catch (CertificateException e)
        {
            throw new EnrollmentRefusal(StatusCodes.Status400BadRequest, "BadRequest", e.Message, e);
        }
    }

    private static void RequireNames(IssueRequest asked, IssueRequest allowed, string whose)
    {
        if (!IsSame(asked.DnsNames, allowed.DnsNames) || !IsSame(asked.OrganizationalUnits, allowed.OrganizationalUnits))
        {
            throw new EnrollmentRefusal(
                StatusCodes.Status403Forbidden, "OtherNames", $"the request asks for {Text(asked)}, but {whose} {Text(allowed)}; ask for just these");
        }
    }

    private static bool IsSame(IEnumerable<string> one, IEnumerable<string> other) => one.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(other);

    private static string Text(IssueRequest names) =>
        string.Join(", ", [.. names.DnsNames, .. names.OrganizationalUnits.Select(unit => $"ou={CertificateNames.Printable(unit)}")]);

    /// <summary>The common name, which is what <c>certs token</c> and <c>issue</c> call the node.</summary>
    private static string NameOf(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is var name && CertificateNames.IsHostName(name) ? name : CertificateNames.DnsNames(certificate)[0];

    private void RequireCounts(X509Certificate2 present)
    {
        RevocationList[] lists = File.Exists(files.RevocationList) ? [RevocationList.Load(files.RevocationList)] : [];
        // No peer can show the authority's own certificate as a leaf, so "own" excludes nobody.
        var verifier = new PeerCertificateVerifier(
            TrustedRoots.FromCertificates(authority.Certificate), new RevocationLists(lists, refusesUnknown: false), time, authority.Certificate.RawData);
        if (verifier.Verify([present.RawData], PeerRole.Initiator).Problem is { } problem)
        {
            throw new EnrollmentRefusal(
                StatusCodes.Status403Forbidden, problem.Refusal.ToString(), $"{problem.Explanation}; with a new token the node can be enrolled anew (feberelay certs token)");
        }
    }

    /// <summary>Signs, keeps a copy, then takes what counts once: whoever comes too late gets nothing, and nothing is taken for what could not be signed.</summary>
    private X509Certificate2 Sign(NodeRequest request, Action take)
    {
        X509Certificate2 certificate = authority.Sign(request);
        string copy = files.In(Path.Combine("issued", $"{request.Names.Name}.{certificate.SerialNumber}.pem"));
        try
        {
            CertificateFiles.Write(copy, certificate.ExportCertificatePem() + '\n', isSecret: false);
            take();
            return certificate;
        }
        catch (EnrollmentRefusal)
        {
            File.Delete(copy);
            certificate.Dispose();
            throw;
        }
    }
}
