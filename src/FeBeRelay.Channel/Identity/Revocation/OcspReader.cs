using System.Formats.Asn1;
using System.Security.Cryptography;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>Reads OCSPResponse (RFC 6960 4.2), strictly, as lists are read: what would need rules of its own is refused and not skipped.</summary>
/// <code>
/// OCSPResponse       SEQUENCE { responseStatus ENUMERATED, [0] SEQUENCE { type OID, BasicOCSPResponse in OCTET STRING } }
/// BasicOCSPResponse  SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, [0] SEQUENCE OF Certificate OPTIONAL }
/// tbsResponseData    SEQUENCE { [0] version DEFAULT v1, responderID, producedAt, SEQUENCE OF SingleResponse, [1] extensions OPTIONAL }
/// SingleResponse     SEQUENCE { certID, certStatus, thisUpdate, [0] nextUpdate, [1] extensions OPTIONAL }
/// </code>
internal static class OcspReader
{
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";
    private const int MaxCertificates = 5;

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Tag1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private enum ResponseStatus
    {
        Successful = 0,
        MalformedRequest = 1,
        InternalError = 2,
        TryLater = 3,
        SignatureRequired = 5,
        Unauthorized = 6,
    }

    /// <exception cref="CryptographicException">It is not used, and why.</exception>
    /// <exception cref="AsnContentException">It is damaged.</exception>
    public static OcspContent Read(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader response = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ResponseStatus status = response.ReadEnumeratedValue<ResponseStatus>();
        if (status != ResponseStatus.Successful)
        {
            throw new CryptographicException($"the responder says {status}");
        }
        AsnReader bytes = Only(response, Tag0);
        response.ThrowIfNotEmpty();
        if (bytes.ReadObjectIdentifier() != Basic)
        {
            throw new CryptographicException("it is of another kind than id-pkix-ocsp-basic");
        }
        var basic = new AsnReader(bytes.ReadOctetString(), AsnEncodingRules.DER);
        bytes.ThrowIfNotEmpty();
        OcspContent content = ReadBasic(basic.ReadSequence());
        basic.ThrowIfNotEmpty();
        return content;
    }

    private static OcspContent ReadBasic(AsnReader basic)
    {
        ReadOnlyMemory<byte> signed = basic.ReadEncodedValue();
        string algorithm = basic.ReadSequence().ReadObjectIdentifier();
        byte[] signature = basic.ReadBitString(out int unused);
        List<byte[]> certificates = [];
        if (basic.HasData)
        {
            AsnReader list = Only(basic, Tag0);
            while (list.HasData)
            {
                certificates.Add(list.ReadEncodedValue().ToArray());
            }
        }
        basic.ThrowIfNotEmpty();
        if (!AuthoritySignature.IsKnown(algorithm) || unused != 0)
        {
            throw new CryptographicException($"it is signed with {algorithm}, not with ECDSA or RSA (PKCS #1) and SHA-256 or better");
        }
        return certificates.Count <= MaxCertificates
            ? new OcspContent(ReadAnswers(signed), certificates, algorithm, signed, signature)
            : throw new CryptographicException($"it has {certificates.Count} certificates; {MaxCertificates} are enough");
    }

    private static List<OcspAnswer> ReadAnswers(ReadOnlyMemory<byte> signed)
    {
        AsnReader data = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
        if (data.PeekTag() == Tag0)
        {
            throw new CryptographicException("its version is not 1");
        }
        // Name or hash of who has signed: the signature says it better.
        data.ReadEncodedValue();
        data.ReadGeneralizedTime();
        AsnReader singles = data.ReadSequence();
        RequireHarmless(data);
        List<OcspAnswer> answers = [];
        while (singles.HasData)
        {
            answers.Add(ReadAnswer(singles.ReadSequence()));
        }
        return answers;
    }

    private static OcspAnswer ReadAnswer(AsnReader single)
    {
        AsnReader id = single.ReadSequence();
        string hash = id.ReadSequence().ReadObjectIdentifier();
        (byte[] name, byte[] key) = (id.ReadOctetString(), id.ReadOctetString());
        string serial = RevocationList.SerialOf(id.ReadIntegerBytes().Span);
        id.ThrowIfNotEmpty();
        CertificateStatus status = ReadStatus(single);
        DateTimeOffset thisUpdate = single.ReadGeneralizedTime();
        if (!single.HasData || single.PeekTag() != Tag0)
        {
            throw new CryptographicException("it has no nextUpdate, so nothing says until when it counts; let the responder set one");
        }
        AsnReader next = single.ReadSequence(Tag0);
        DateTimeOffset nextUpdate = next.ReadGeneralizedTime();
        next.ThrowIfNotEmpty();
        RequireHarmless(single);
        return new OcspAnswer(hash, Convert.ToHexString(name), Convert.ToHexString(key), serial, status, thisUpdate, nextUpdate);
    }

    private static CertificateStatus ReadStatus(AsnReader single)
    {
        Asn1Tag tag = single.PeekTag();
        single.ReadEncodedValue();
        return (tag.TagClass, tag.TagValue) switch
        {
            (TagClass.ContextSpecific, 0) => CertificateStatus.Good,
            (TagClass.ContextSpecific, 1) => CertificateStatus.Revoked,
            (TagClass.ContextSpecific, 2) => CertificateStatus.Unknown,
            _ => throw new CryptographicException("it says neither good nor revoked nor unknown"),
        };
    }

    /// <summary>The rest: extensions or nothing. None that is critical is known.</summary>
    private static void RequireHarmless(AsnReader fields)
    {
        if (fields.HasData && PublishedFields.ReadExtensions(Only(fields, Tag1)).Any(extension => extension.IsCritical))
        {
            throw new CryptographicException("it has a critical extension");
        }
        fields.ThrowIfNotEmpty();
    }

    /// <summary>The SEQUENCE within an explicit tag.</summary>
    private static AsnReader Only(AsnReader reader, Asn1Tag tag)
    {
        AsnReader tagged = reader.ReadSequence(tag);
        AsnReader inner = tagged.ReadSequence();
        tagged.ThrowIfNotEmpty();
        return inner;
    }
}
