using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// Which certificate a responder is asked about (CertID, RFC 6960 4.1.1): its authority's name and key, and its serial number. The hashes are SHA-1,
/// because RFC 5019 wants them so and many responders know no others; what an answer is worth hangs on its signature, not on them. Immutable.
/// </summary>
public sealed record CertificateId
{
    internal const string Sha1 = "1.3.14.3.2.26";

    /// <summary>SHA-256 of the authority's name and key: equal ids are of one authority, whatever becomes of SHA-1.</summary>
    private readonly string _authority;

    private CertificateId(string authority, string nameHash, string keyHash, string serial) =>
        (_authority, NameHash, KeyHash, Serial) = (authority, nameHash, keyHash, serial);

    /// <summary>Hexadecimal, without leading zeros.</summary>
    public string Serial { get; }

    internal string NameHash { get; }

    internal string KeyHash { get; }

    /// <summary>The id of a certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="issuer">The authority that it was issued by.</param>
    public static CertificateId Of(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(issuer);
        byte[] key = issuer.PublicKey.ExportSubjectPublicKeyInfo();
        string authority = Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(issuer.SubjectName.RawData), .. key]));
        return new CertificateId(authority, HashOf(issuer.SubjectName.RawData), HashOf(KeyBits(key)), RevocationList.SerialOf(certificate.SerialNumberBytes.Span));
    }

    /// <summary>The request, OCSPRequest in DER: unsigned, without a nonce, so that an answer may come from anybody who keeps it.</summary>
    public byte[] ToRequest()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Sha1);
                writer.WriteNull();
            }
            writer.WriteOctetString(Convert.FromHexString(NameHash));
            writer.WriteOctetString(Convert.FromHexString(KeyHash));
            writer.WriteInteger(new System.Numerics.BigInteger(Convert.FromHexString(Serial), isUnsigned: true, isBigEndian: true));
        }
        return writer.Encode();
    }

    /// <summary>The value of the BIT STRING, without its count of unused bits.</summary>
    private static byte[] KeyBits(byte[] subjectPublicKeyInfo)
    {
        AsnReader fields = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        fields.ReadSequence();
        return fields.ReadBitString(out _);
    }

#pragma warning disable CA5350 // A name for a certificate that responders understand; no security hangs on it.
    private static string HashOf(byte[] value) => Convert.ToHexString(SHA1.HashData(value));
#pragma warning restore CA5350
}
