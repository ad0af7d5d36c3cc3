using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity.Pkits;

/// <summary>NIST's Public Key Interoperability Test Suite as Debian's package python3-cryptography-vectors has it: signed mails, and keys of all authorities.</summary>
internal sealed class PkitsFiles
{
    private const string Folder = "/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data";
    private const string Password = "password";

    private readonly List<X509Certificate2> _authorities;

    private PkitsFiles()
    {
        Anchor = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "certs", "TrustAnchorRootCertificate.crt"));
        _authorities = [.. Directory.EnumerateFiles(Path.Combine(Folder, "pkcs12")).SelectMany(Load)];
    }

    public X509Certificate2 Anchor { get; }

    public static PkitsFiles Open()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"{Folder} is not there: apt-get install python3-cryptography-vectors");
        return new PkitsFiles();
    }

    /// <summary>Names of all mails, without "Signed".</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Path.Combine(Folder, "smime"), "Signed*.eml").Select(file => Path.GetFileNameWithoutExtension(file)["Signed".Length..]).Order();

    /// <summary>The certificates in a mail, the trust anchor left out.</summary>
    public IReadOnlyList<X509Certificate2> CertificatesOf(string name)
    {
        string mail = File.ReadAllText(Path.Combine(Folder, "smime", $"Signed{name}.eml")).ReplaceLineEndings("\n");
        string part = mail[mail.IndexOf("filename=\"smime.p7s\"", StringComparison.Ordinal)..];
        string base64 = part[(part.IndexOf("\n\n", StringComparison.Ordinal) + 2)..part.IndexOf("\n------", StringComparison.Ordinal)];
        AsnReader content = new AsnReader(Convert.FromBase64String(base64), AsnEncodingRules.BER).ReadSequence();
        content.ReadObjectIdentifier();
        AsnReader signed = content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        signed.ReadInteger();
        signed.ReadSetOf();
        signed.ReadSequence();
        AsnReader certificates = signed.ReadSetOf(skipSortOrderValidation: true, new Asn1Tag(TagClass.ContextSpecific, 0));
        var found = new List<X509Certificate2>();
        while (certificates.HasData)
            found.Add(X509CertificateLoader.LoadCertificate(certificates.ReadEncodedValue().Span));
        return [.. found.Where(one => !one.RawData.AsSpan().SequenceEqual(Anchor.RawData))];
    }

    /// <summary>The certificate of the person whom the test is about, or null where the mail's name is not the file's.</summary>
    public static byte[]? PersonOf(string name)
    {
        string file = Path.Combine(Folder, "certs", $"{name}EE.crt");
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>The private key of that authority, or null where it is not RSA.</summary>
    public RSA? KeyOf(X509Certificate2 authority) =>
        _authorities.Find(one => one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(authority.PublicKey.ExportSubjectPublicKeyInfo()))?.GetRSAPrivateKey();

    private static IEnumerable<X509Certificate2> Load(string file)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12CollectionFromFile(file, Password).Where(one => one.HasPrivateKey);
        }
        catch (CryptographicException)
        {
            // DSA with inherited parameters: no key that anyone here could use.
            return [];
        }
    }
}
