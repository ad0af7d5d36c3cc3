using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Tests.Identity.Pkits;

/// <summary>
/// PKITS' people as nodes: the same certificate, signed anew by the same authority, with serverAuth, digitalSignature and a DNS name added where they are missing.
/// Everything else stays, a wrong signature too.
/// </summary>
internal static class NodeLeaf
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3, isConstructed: true);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);

    public static byte[] From(X509Certificate2 person, RSA authority)
    {
        AsnReader fields = new AsnReader(person.RawData, AsnEncodingRules.DER).ReadSequence();
        byte[] before = fields.ReadEncodedValue().ToArray();
        byte[] algorithm = fields.ReadEncodedValue().ToArray();
        byte[] after = WithNodeExtensions(before, person);
        byte[] signature = authority.SignData(after, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (!IsSignedBy(person, authority))
            signature[^1] ^= 1;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(after);
            writer.WriteEncodedValue(algorithm);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    public static bool IsSignedBy(X509Certificate2 certificate, RSA authority)
    {
        AsnReader fields = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        byte[] signed = fields.ReadEncodedValue().ToArray();
        fields.ReadEncodedValue();
        return authority.VerifyData(signed, fields.ReadBitString(out _), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static byte[] WithNodeExtensions(byte[] toBeSigned, X509Certificate2 person)
    {
        AsnReader fields = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (fields.HasData && fields.PeekTag() != Extensions)
                writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
            using (writer.PushSequence(Extensions))
            using (writer.PushSequence())
            {
                foreach (X509Extension extension in person.Extensions.Where(one => one.Oid!.Value is not (SubjectAlternativeName or KeyUsage or ExtendedKeyUsage)))
                    Write(writer, extension);
                X509KeyUsageFlags usage = person.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages ?? X509KeyUsageFlags.None;
                Write(writer, new X509KeyUsageExtension(usage | X509KeyUsageFlags.DigitalSignature, critical: true));
                Write(writer, new X509EnhancedKeyUsageExtension([new Oid(Channel.Identity.CertificateRules.ServerAuthentication)], critical: false));
                Write(writer, Names(person));
            }
        }

        return writer.Encode();
    }

    private static X509Extension Names(X509Certificate2 person)
    {
        X509Extension? names = person.Extensions.FirstOrDefault(one => one.Oid!.Value == SubjectAlternativeName);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            bool hasDnsName = false;
            AsnReader? present = names is null ? null : new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
            while (present is { HasData: true })
            {
                hasDnsName |= present.PeekTag() == DnsName;
                writer.WriteEncodedValue(present.ReadEncodedValue().Span);
            }

            if (!hasDnsName)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, "node.test", DnsName);
        }

        return new X509Extension(SubjectAlternativeName, writer.Encode(), names?.Critical ?? false);
    }

    private static void Write(AsnWriter writer, X509Extension extension)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(extension.Oid!.Value!);
            if (extension.Critical)
                writer.WriteBoolean(true);
            writer.WriteOctetString(extension.RawData);
        }
    }
}
