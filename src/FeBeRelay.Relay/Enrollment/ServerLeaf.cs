using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// The certificate of the server that answers for the authority: made at its start, renewed while it runs, never on a disk. Its extended key usage
/// (id-kp-cmcRA, RFC 7030 3.6.1) tells it from certificates of nodes: none of them can pose as the server and collect tokens. Thread-safe.
/// </summary>
/// <param name="authority">Signs it.</param>
/// <param name="listen">Where the server listens.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerLeaf(CertificateAuthority authority, IPAddress listen, TimeProvider time)
{
    /// <summary>Who may answer for an authority.</summary>
    public const string RegistrationAuthority = "1.3.6.1.5.5.7.3.28";

    private static readonly TimeSpan Life = TimeSpan.FromDays(7);
    private static readonly TimeSpan RenewAfter = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private X509Certificate2? _current;
    private DateTimeOffset _renewAt;

    public X509Certificate2 Current()
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_current is null || now >= _renewAt)
            {
                // The one before may be in a handshake: left to the collector.
                (_current, _renewAt) = (Make(), now + RenewAfter);
            }
            return _current;
        }
    }

    private X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("FeBeRelay enrolment");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(CertificateRules.ServerAuthentication), new(RegistrationAuthority)], false));
        request.CertificateExtensions.Add(Names().Build());
        using X509Certificate2 certificate = authority.Sign(request, Life);
        using X509Certificate2 withKey = certificate.CopyWithPrivateKey(key);
        // On Windows TLS takes no key that is in memory only; from PKCS#12 it does.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }

    /// <summary>For clients of other makes, which compare names; this program's goes by authority and usage.</summary>
    private SubjectAlternativeNameBuilder Names()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        if (Dns.GetHostName() is var host && CertificateNames.IsHostName(host))
        {
            names.AddDnsName(host);
        }
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any))
        {
            names.AddIpAddress(listen);
        }
        return names;
    }
}
