using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Certificates;

/// <summary>Reads the certificates of a file in any of the usual forms, to show them. Keys in it are not looked at.</summary>
internal static class CertificateReader
{
    private const byte DerSequence = 0x30;

    public static IReadOnlyList<CertificateDescription> Describe(string path, string? passwordFile, DateTimeOffset now)
    {
        try
        {
            return [.. Read(path, passwordFile).Select(certificate => CertificateDescription.Of(certificate, now))];
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new CertificateException($"{path}: a certificate in this file is damaged ({CertificateNames.Printable(e.Message)})", e);
        }
    }

    private static X509Certificate2Collection Read(string path, string? passwordFile)
    {
        var content = CertificateFile.Read(path, isSecret: false);
        if (content is not [DerSequence, ..])
            return CertificateFile.ReadCertificates(path);
        if (X509Certificate2.GetCertContentType(content) == X509ContentType.Cert)
            return [X509CertificateLoader.LoadCertificate(content)];
        try
        {
            var password = passwordFile is null ? null : CertificateFile.ReadPassword(passwordFile);
            return X509CertificateLoader.LoadPkcs12Collection(content, password);
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"{path}: neither PEM nor DER, and cannot be opened as PKCS#12; is the password in --password-file right?", e);
        }
    }
}
