using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Certificates;

/// <summary>
/// A certificate authority for a lab or a small site: one self-signed root on P-256 that issues nodes' certificates directly. It keeps
/// no list of what it issued. A site that needs one has an authority already.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    public const int DefaultDays = 3650;

    public const int RevocationListDays = 30;

    /// <summary>Clocks of two servers differ; a certificate should work at once on the one that is behind.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    // Platform keys are not promised to be safe for use from several threads.
    private readonly Lock _lock = new();
    private readonly ECDsa _key;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key, TimeProvider time)
    {
        Certificate = certificate;
        _key = key;
        _time = time;
    }

    /// <summary>The root that nodes trust, without its key.</summary>
    public X509Certificate2 Certificate { get; }

    public static CertificateAuthority Create(string name, TimeProvider time, int days = DefaultDays)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        // It issues leaves only: no authority below it is valid.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(KeyIdentifier(request.PublicKey));
        var now = time.GetUtcNow();
        var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - ClockSkew, now.AddDays(days), SerialNumber());
        return new(certificate, key, time);
    }

    /// <summary>Takes over <paramref name="key"/>, which must be the certificate's.</summary>
    public static CertificateAuthority FromParts(X509Certificate2 certificate, ECDsa key, TimeProvider time, string source)
    {
        if (TrustedRoots.RootProblem(certificate) is { } problem)
            throw new CertificateException($"{source}: {problem.Explanation}; make an authority with feberelay certs init");
        return key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo())
            ? new(certificate, key, time)
            : throw new CertificateException($"{source}: the key beside it belongs to another certificate; restore the pair that certs init made");
    }

    /// <summary>A new key and its certificate, joined. The root signs it, so there is no chain to send beside it.</summary>
    public X509Certificate2 Issue(IssueRequest names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(NodeRequest.For(key, names));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>May be called from many threads.</summary>
    public X509Certificate2 Sign(NodeRequest asked)
    {
        var request = asked.ToCertificateRequest();
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension(
                asked.Names.IsPolicySigner
                    ? [new(CertificateRules.PolicySigning)]
                    : [new(CertificateRules.ClientAuthentication), new(CertificateRules.ServerAuthentication)],
                false));
        request.CertificateExtensions.Add(NodeRequest.AlternativeNames(asked.Names));
        request.CertificateExtensions.Add(KeyIdentifier(asked.Key));
        return Sign(request, TimeSpan.FromDays(asked.Names.Days));
    }

    /// <summary>Signs what the caller has put together. May be called from many threads.</summary>
    public X509Certificate2 Sign(CertificateRequest request, TimeSpan life)
    {
        var now = _time.GetUtcNow();
        var notAfter = Earlier(now + life, new(Certificate.NotAfter.ToUniversalTime()));
        if (notAfter <= now)
        {
            throw new CertificateException(
                $"the authority itself expired on {Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}; make a new one with feberelay certs init");
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        lock (_lock)
        {
            return request.Create(
                Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now - ClockSkew, notAfter, SerialNumber());
        }
    }

    /// <summary>Signs a line of its own log, as nodes sign theirs: r and s side by side. May be called from many threads.</summary>
    public byte[] SignCheckpoint(ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            return _key.SignData(
                message, _key.KeySize == 256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>A revocation list, PEM: what the previous one names, and these certificates.</summary>
    /// <param name="previous">The list before, PEM; null begins one.</param>
    /// <param name="revoked">Certificates of this authority.</param>
    /// <param name="days">Until the next list is due.</param>
    /// <exception cref="CertificateException">The previous list is not one, or a certificate is another authority's.</exception>
    public string SignRevocationList(string? previous, IEnumerable<X509Certificate2> revoked, int days)
    {
        BigInteger number = BigInteger.Zero;
        CertificateRevocationListBuilder list;
        try
        {
            list = previous is null ? new() : CertificateRevocationListBuilder.LoadPem(previous, out number);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the revocation list there is damaged ({e.Message}); move it away to begin a new one", e);
        }
        var now = _time.GetUtcNow();
        foreach (var certificate in revoked)
        {
            if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(Certificate.SubjectName.RawData))
                throw new CertificateException($"{CertificateNames.Display(certificate)} was not issued by {CertificateNames.Display(Certificate)}; only its own authority can revoke it");
            list.RemoveEntry(certificate.SerialNumberBytes.Span);
            list.AddEntry(certificate, now);
        }
        var der = list.Build(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), number + 1, now.AddDays(days), HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false), now - ClockSkew);
        return PemEncoding.WriteString("X509 CRL", der);
    }

    public string ExportKeyPem() => _key.ExportPkcs8PrivateKeyPem();

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static X509SubjectKeyIdentifierExtension KeyIdentifier(PublicKey key) =>
        new(key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, false);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>Random, positive and never zero in its first byte, as RFC 5280 4.1.2.2 wants serial numbers.</summary>
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
