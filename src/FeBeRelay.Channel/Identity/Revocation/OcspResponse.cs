using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>A responder's answer about one certificate (RFC 6960), which somebody has signed who may. Immutable.</summary>
public sealed class OcspResponse
{
    /// <summary>Purpose of a certificate by which an authority lets another key answer for it.</summary>
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    /// <summary>How far a responder's clock may be ahead.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private OcspResponse(OcspAnswer answer) => (Status, ThisUpdate, NextUpdate) = (answer.Status, answer.ThisUpdate, answer.NextUpdate);

    /// <summary>What it says.</summary>
    public CertificateStatus Status { get; }

    /// <summary>When that was known to be so.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Until when it counts.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Reads an answer and checks who has signed it, that it is about that certificate, and that it counts now.</summary>
    /// <param name="content">DER, at most <see cref="IdentityLimits.OcspResponseBytes"/>.</param>
    /// <param name="id">The certificate that was asked about.</param>
    /// <param name="issuer">Its authority: it signs itself, or has certified who does.</param>
    /// <param name="now">The time.</param>
    /// <param name="source">The responder, for the message.</param>
    /// <exception cref="IdentityException">It cannot be used; the message says why.</exception>
    public static OcspResponse Parse(byte[] content, CertificateId id, X509Certificate2 issuer, DateTimeOffset now, string source)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(issuer);
        OcspContent read;
        try
        {
            read = OcspReader.Read(content);
            if (!IsBySomebodyWhoMay(read, issuer, now))
            {
                throw new IdentityException($"{source}: the answer is signed neither by {CertificateNames.Display(issuer)} nor by a responder that this authority has certified for it");
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw new IdentityException($"{source}: not an answer that can be used ({CertificateNames.Printable(e.Message)})", e);
        }
        OcspAnswer answer = read.Answers.FirstOrDefault(one => one.IsAbout(id))
            ?? throw new IdentityException($"{source}: the answer is about another certificate than the one with serial number {id.Serial}");
        if (answer.ThisUpdate > now + ClockSkew || now > answer.NextUpdate)
        {
            throw new IdentityException(string.Create(
                CultureInfo.InvariantCulture, $"{source}: the answer counts from {answer.ThisUpdate:u} to {answer.NextUpdate:u}, not now; does the responder give old answers, or is a clock wrong?"));
        }
        return new OcspResponse(answer);
    }

    internal bool IsCurrent(DateTimeOffset now) => ThisUpdate <= now + ClockSkew && now <= NextUpdate;

    private static bool IsBySomebodyWhoMay(OcspContent read, X509Certificate2 issuer, DateTimeOffset now)
    {
        if (read.IsSignedBy(issuer))
        {
            return true;
        }
        foreach (byte[] der in read.Certificates)
        {
            using X509Certificate2 responder = CertificateDer.Parse(der);
            if (MayAnswerFor(issuer, responder, now) && read.IsSignedBy(responder))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Certified by the authority itself, now, for just this, with a key that would do for a peer.</summary>
    private static bool MayAnswerFor(X509Certificate2 issuer, X509Certificate2 responder, DateTimeOffset now) =>
        responder.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)
        && responder.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == OcspSigning))
        && CertificateRules.CheckValidity(responder, now) is null
        && CertificateStrength.CheckKey(responder) is null
        && IsIssuedBy(responder, issuer);

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        AsnReader fields = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        ReadOnlyMemory<byte> signed = fields.ReadEncodedValue();
        string algorithm = fields.ReadSequence().ReadObjectIdentifier();
        return AuthoritySignature.IsKnown(algorithm) && AuthoritySignature.IsBy(issuer, algorithm, signed.Span, fields.ReadBitString(out _));
    }
}
