using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// Reads CertificateList (RFC 5280 5.1), strictly. What would need rules of its own is refused and not skipped: a list that is read wrongly lets
/// revoked peers in.
/// </summary>
/// <code>
/// CertificateList  SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
/// tbsCertList      SEQUENCE { version 1, signature, issuer, thisUpdate, nextUpdate, revoked [SEQUENCE OF entry], [0] extensions }
/// entry            SEQUENCE { serial INTEGER, time, [extensions] }
/// </code>
internal static class RevocationListReader
{
    private const string Label = "X509 CRL";

    /// <summary>A certificate of another authority: the list is indirect.</summary>
    private const string CertificateIssuer = "2.5.29.29";

    // Authority key identifier, list number: they say nothing that changes the list's meaning.
    private static readonly HashSet<string> HarmlessExtensions = ["2.5.29.35", "2.5.29.20"];
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <exception cref="IdentityException">Not a list that can be used.</exception>
    public static RevocationListContent Read(byte[] content, string source)
    {
        try
        {
            return ReadList(ToDer(content), source);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException)
        {
            throw new IdentityException($"{source}: not a certificate revocation list ({CertificateNames.Printable(e.Message)}); export it again, PEM or DER", e);
        }
    }

    private static byte[] ToDer(byte[] content)
    {
        if (content is [0x30, ..])
        {
            return content;
        }
        string text = Encoding.UTF8.GetString(content);
        PemFields pem = PemEncoding.Find(text);
        return text[pem.Label] == Label ? Convert.FromBase64String(text[pem.Base64Data]) : throw new CryptographicException($"its PEM label is not {Label}");
    }

    private static RevocationListContent ReadList(byte[] der, string source)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> signed = list.ReadEncodedValue();
        string algorithm = list.ReadSequence().ReadObjectIdentifier();
        byte[] signature = list.ReadBitString(out int unused);
        list.ThrowIfNotEmpty();
        if (!AuthoritySignature.IsKnown(algorithm) || unused != 0)
        {
            throw new IdentityException($"{source}: signed with {algorithm}; let the authority sign with ECDSA or RSA (PKCS #1) and SHA-256 or better");
        }
        AsnReader fields = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
        if (!fields.TryReadInt32(out int version) || version != 1 || fields.ReadSequence().ReadObjectIdentifier() != algorithm)
        {
            throw new CryptographicException("its version is not 2, or it names two signature algorithms");
        }
        ReadOnlyMemory<byte> issuer = fields.ReadEncodedValue();
        DateTimeOffset thisUpdate = PublishedFields.ReadTime(fields);
        if (!fields.HasData || fields.PeekTag() == new Asn1Tag(UniversalTagNumber.Sequence, true) || fields.PeekTag() == Extensions)
        {
            throw new IdentityException($"{source}: it has no nextUpdate, so nothing says until when it counts; let the authority set one");
        }
        DateTimeOffset nextUpdate = PublishedFields.ReadTime(fields);
        HashSet<string> serials = fields.HasData && fields.PeekTag() != Extensions ? ReadEntries(fields.ReadSequence(), source) : [];
        if (fields.HasData)
        {
            RequireHarmless(fields.ReadSequence(Extensions).ReadSequence(), source);
        }
        fields.ThrowIfNotEmpty();
        return new RevocationListContent(issuer, thisUpdate, nextUpdate, serials, algorithm, signed, signature);
    }

    private static HashSet<string> ReadEntries(AsnReader entries, string source)
    {
        HashSet<string> serials = [];
        while (entries.HasData)
        {
            AsnReader entry = entries.ReadSequence();
            serials.Add(RevocationList.SerialOf(entry.ReadIntegerBytes().Span));
            PublishedFields.ReadTime(entry);
            if (entry.HasData && PublishedFields.ReadExtensions(entry.ReadSequence()).Any(e => e.Oid == CertificateIssuer || (e.IsCritical && e.Oid != "2.5.29.21")))
            {
                throw NotSupported(source);
            }
            entry.ThrowIfNotEmpty();
        }
        return serials;
    }

    private static void RequireHarmless(AsnReader extensions, string source)
    {
        if (PublishedFields.ReadExtensions(extensions).Any(e => e.IsCritical && !HarmlessExtensions.Contains(e.Oid)))
        {
            throw NotSupported(source);
        }
    }

    private static IdentityException NotSupported(string source) =>
        new($"{source}: a delta, indirect or partitioned list; let the authority publish complete lists of its own certificates");
}
