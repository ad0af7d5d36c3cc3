using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Certificates;

/// <summary>What a node asks of an authority: its key, and the names it would like. Made by a node, judged by the authority's owner.</summary>
internal sealed class NodeRequest
{
    private const int LongestCommonName = 64;

    private NodeRequest(PublicKey key, IssueRequest names)
    {
        Key = key;
        Names = names;
    }

    public PublicKey Key { get; }

    public IssueRequest Names { get; }

    public static NodeRequest For(AsymmetricAlgorithm key, IssueRequest names)
    {
        RequireNames(names);
        return new(new PublicKey(key), names);
    }

    /// <summary>
    /// Reads a PKCS#10 request, whose signature proves that the asker holds the key. Only names are taken over: what else it asks for
    /// (to be an authority, other usages, addresses to fetch) is not its to ask.
    /// </summary>
    public static NodeRequest Parse(string pem, string source)
    {
        try
        {
            // "Unsafe" because a naive signer would copy every extension that the stranger put in.
            var request = CertificateRequest.LoadSigningRequestPem(
                pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            if (!PeerKeys.CanSignMainMode(request.PublicKey))
                throw new CertificateException("nodes sign with ECDSA on P-256 or P-384 or with RSA of 2048 to 8192 bits; make a new key (feberelay certs csr)");
            var names = NamesIn(request);
            RequireNames(names);
            return new(request.PublicKey, names);
        }
        catch (CertificateException e)
        {
            throw new CertificateException($"{source}: {e.Message}", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or AsnContentException)
        {
            throw new CertificateException($"{source}: not a signing request in PEM, or its signature is wrong; make it again (feberelay certs csr)", e);
        }
    }

    /// <summary>The same key, to be certified for these names.</summary>
    public NodeRequest ForNames(IssueRequest names)
    {
        RequireNames(names);
        return new(Key, names);
    }

    /// <summary>The request as PEM, signed with the node's key.</summary>
    public static string Create(AsymmetricAlgorithm key, IssueRequest names)
    {
        var request = For(key, names).ToCertificateRequest();
        request.CertificateExtensions.Add(AlternativeNames(names));
        return request.CreateSigningRequestPem(X509SignatureGenerator.CreateForECDsa((ECDsa)key));
    }

    public CertificateRequest ToCertificateRequest()
    {
        // The builder encodes what is added first last, and the common name's place is the last.
        var subject = new X500DistinguishedNameBuilder();
        // The attribute has room for 64 characters; the alternative name, which is what counts, has the whole name.
        subject.AddCommonName(Names.Name.Length <= LongestCommonName ? Names.Name : Names.Name.Split('.')[0]);
        foreach (var unit in Names.OrganizationalUnits)
            subject.AddOrganizationalUnitName(unit);
        return new(subject.Build(), Key, HashAlgorithmName.SHA256);
    }

    public static X509Extension AlternativeNames(IssueRequest names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.DnsNames)
            builder.AddDnsName(name);
        return builder.Build();
    }

    private static IssueRequest NamesIn(CertificateRequest request)
    {
        var alternatives = request.CertificateExtensions.FirstOrDefault(extension => extension.Oid?.Value == "2.5.29.17")
            ?? throw new CertificateException("the request has no DNS name in its subject alternative name; make it again (feberelay certs csr NAME --dns ...)");
        var names = new X509SubjectAlternativeNameExtension(alternatives.RawData).EnumerateDnsNames().ToList();
        return new IssueRequest(names.FirstOrDefault() ?? "")
        {
            DnsNames = names,
            OrganizationalUnits = CertificateNames.OrganizationalUnits(request.SubjectName),
        };
    }

    private static void RequireNames(IssueRequest names)
    {
        if (names.DnsNames.Count == 0)
            throw new CertificateException("no DNS name is asked for; a node's certificate needs one or more");
        if (names.DnsNames.Append(names.Name).FirstOrDefault(name => !CertificateNames.IsHostName(name)) is { } wrong)
            throw new CertificateException($"'{Printable(wrong)}' is not a host name; use letters, digits and hyphens in parts with dots between, no wildcard");
        if (names.OrganizationalUnits.FirstOrDefault(unit => unit.Length is 0 or > 64 || unit.Any(char.IsControl)) is { } unfit)
            throw new CertificateException($"'{Printable(unfit)}' cannot be an organizational unit; use 1 to 64 printable characters");
    }

    private static string Printable(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
