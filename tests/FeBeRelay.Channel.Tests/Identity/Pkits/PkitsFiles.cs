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

    // Opening all keys takes longer than all verifications.
    private static readonly Lazy<PkitsFiles> Files = new(() => new PkitsFiles());

    private readonly List<X509Certificate2> _authorities;

    private PkitsFiles()
    {
        Anchor = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "certs", "TrustAnchorRootCertificate.crt"));
        _authorities = [.. Directory.EnumerateFiles(Path.Combine(Folder, "pkcs12")).SelectMany(Load)];
    }

    public X509Certificate2 Anchor { get; }

    public static PkitsFiles Get()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"{Folder} is not there: apt-get install python3-cryptography-vectors");
        return Files.Value;
    }

    /// <summary>Names of all mails, without "Signed".</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Path.Combine(Folder, "smime"), "Signed*.eml").Select(file => Path.GetFileNameWithoutExtension(file)["Signed".Length..]).Order();

    /// <summary>The certificates in a mail, the trust anchor left out.</summary>
    public IReadOnlyList<X509Certificate2> CertificatesOf(string name)
    {
        AsnReader certificates = SignedDataOf(name).ReadSetOf(skipSortOrderValidation: true, new Asn1Tag(TagClass.ContextSpecific, 0));
        var found = new List<X509Certificate2>();
        while (certificates.HasData)
            found.Add(X509CertificateLoader.LoadCertificate(certificates.ReadEncodedValue().Span));
        return [.. found.Where(one => !one.RawData.AsSpan().SequenceEqual(Anchor.RawData))];
    }

    /// <summary>The revocation lists in a mail, of which some are to be refused.</summary>
    public static IReadOnlyList<byte[]> ListsOf(string name)
    {
        AsnReader signed = SignedDataOf(name);
        signed.ReadEncodedValue();
        Asn1Tag tag = new(TagClass.ContextSpecific, 1);
        var found = new List<byte[]>();
        for (AsnReader? lists = signed.PeekTag().HasSameClassAndValue(tag) ? signed.ReadSetOf(skipSortOrderValidation: true, tag) : null; lists is { HasData: true };)
            found.Add(lists.ReadEncodedValue().ToArray());
        return found;
    }

    /// <summary>What is signed in a mail, from the certificates on.</summary>
    private static AsnReader SignedDataOf(string name)
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
        return signed;
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
