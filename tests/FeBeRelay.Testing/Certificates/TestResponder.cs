using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>Makes a responder's answers (RFC 6960), good ones and bad ones. It shares no code with what reads them.</summary>
public sealed record TestResponder(TestAuthority Authority, DateTimeOffset Now)
{
    public const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    /// <summary>With its key; null: the authority itself.</summary>
    public X509Certificate2? Signer { get; init; }

    /// <summary>Another authority that signs in the place of the right one; null: nobody does.</summary>
    public TestAuthority? Impostor { get; init; }

    /// <summary>0 good, 1 revoked, 2 unknown.</summary>
    public int Status { get; init; }

    /// <summary>What the responder says of the request: 0 is successful, 3 "try later".</summary>
    public int ResponseStatus { get; init; }

    public DateTimeOffset? NextUpdate { get; init; } = Now.AddDays(1);

    public bool HasCriticalExtension { get; init; }

    public bool SendsSigner { get; init; } = true;

    /// <summary>The answer about a certificate of the authority.</summary>
    public byte[] AnswerAbout(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue((AnyStatus)ResponseStatus);
            if (ResponseStatus == 0)
            {
                using (writer.PushSequence(Tag(0)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1");
                    writer.WriteOctetString(Signed(Data(certificate)));
                }
            }
        }
        return writer.Encode();
    }

    private enum AnyStatus
    {
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    private byte[] Signed(byte[] data)
    {
        using ECDsa? key = Signer?.GetECDsaPrivateKey();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(data);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
            }
            writer.WriteBitString(key?.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) ?? (Impostor ?? Authority).SignData(data));
            if (Signer is not null && SendsSigner)
            {
                using (writer.PushSequence(Tag(0)))
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(Signer.RawData);
                }
            }
        }
        return writer.Encode();
    }

    private byte[] Data(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Tag(1)))
            {
                writer.WriteEncodedValue((Signer ?? Authority.Certificate).SubjectName.RawData);
            }
            writer.WriteGeneralizedTime(Now, omitFractionalSeconds: true);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                WriteSingle(writer, certificate);
            }
        }
        return writer.Encode();
    }

    private void WriteSingle(AsnWriter writer, X509Certificate2 certificate)
    {
        X509Certificate2 issuer = Authority.Certificate;
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.3.14.3.2.26");
                writer.WriteNull();
            }
#pragma warning disable CA5350 // What responders name certificates by.
            writer.WriteOctetString(SHA1.HashData(issuer.SubjectName.RawData));
            writer.WriteOctetString(SHA1.HashData(issuer.PublicKey.EncodedKeyValue.RawData));
#pragma warning restore CA5350
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
        WriteStatus(writer);
        writer.WriteGeneralizedTime(Now, omitFractionalSeconds: true);
        if (NextUpdate is { } next)
        {
            using (writer.PushSequence(Tag(0)))
            {
                writer.WriteGeneralizedTime(next, omitFractionalSeconds: true);
            }
        }
        if (HasCriticalExtension)
        {
            using (writer.PushSequence(Tag(1)))
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.3.4");
                writer.WriteBoolean(true);
                writer.WriteOctetString([0x05, 0x00]);
            }
        }
    }

    private void WriteStatus(AsnWriter writer)
    {
        if (Status != 1)
        {
            writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, Status));
            return;
        }
        using (writer.PushSequence(Tag(1)))
        {
            writer.WriteGeneralizedTime(Now.AddMinutes(-1), omitFractionalSeconds: true);
        }
    }
}
