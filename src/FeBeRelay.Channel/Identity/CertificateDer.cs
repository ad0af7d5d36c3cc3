using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>Reads single certificates, strictly.</summary>
internal static class CertificateDer
{
    /// <summary>
    /// The platform's loader also takes PEM, ignores what follows the certificate and lets extensions repeat, so that two
    /// readers can disagree about what a certificate says. Here it is one DER value and each extension occurs once.
    /// </summary>
    /// <exception cref="CryptographicException">Not a certificate in that form.</exception>
    public static X509Certificate2 Parse(byte[] der)
    {
        RequireSingleValue(der);
        var certificate = X509CertificateLoader.LoadCertificate(der);
        if (certificate.Extensions.DistinctBy(extension => extension.Oid?.Value).Count() == certificate.Extensions.Count)
            return certificate;
        certificate.Dispose();
        throw new CryptographicException("an extension occurs twice");
    }

    /// <summary>The algorithm identifier under the certificate's signature: its OID, and its parameters if there are any.</summary>
    public static (string Oid, ReadOnlyMemory<byte>? Parameters) SignatureAlgorithm(X509Certificate2 certificate)
    {
        var fields = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        fields.ReadEncodedValue();
        var algorithm = fields.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        return (oid, algorithm.HasData ? algorithm.ReadEncodedValue() : null);
    }

    private static void RequireSingleValue(byte[] der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var fields = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            fields.ReadSequence();
            fields.ReadSequence();
            fields.ReadBitString(out _);
            fields.ThrowIfNotEmpty();
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("not one certificate in DER", e);
        }
    }
}
