using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>Certificates and requests as they travel (RFC 7030 4.1.3, 4.2): base64 of a CMS message that holds nothing else, or of PKCS#10.</summary>
internal static class CertsOnly
{
    public const string MediaType = "application/pkcs7-mime";
    public const string RequestMediaType = "application/pkcs10";

    public static string Encode(X509Certificate2 certificate) =>
        ToText(new X509Certificate2Collection(certificate).Export(X509ContentType.Pkcs7) ?? throw new CryptographicException("PKCS#7 cannot be written"));

    /// <exception cref="CertificateException">It is not what it should be.</exception>
    public static X509Certificate2Collection Decode(string text)
    {
        try
        {
            var message = new SignedCms();
            message.Decode(Convert.FromBase64String(text));
            return message.Certificates;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new CertificateException("the answer holds no certificates; does another server answer at this address?", e);
        }
    }

    public static string ToText(byte[] der) => Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks) + "\r\n";
}
