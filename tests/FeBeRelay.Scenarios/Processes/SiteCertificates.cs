using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>A site's authority and its nodes' files, in one folder, as an administrator changes them while nodes run.</summary>
internal sealed class SiteCertificates(string folder) : IDisposable
{
    private readonly List<CertificateAuthority> _authorities = [];

    private CertificateAuthority Current => _authorities[^1];

    private string this[string file] => Path.Combine(folder, file);

    /// <summary>One more authority: the next certificates are its, and ca.pem has it beside the ones before.</summary>
    public void AddAuthority()
    {
        _authorities.Add(CertificateAuthority.Create($"Lab {_authorities.Count + 1}", TimeProvider.System));
        WriteRoots();
    }

    /// <summary>From now on only the newest is in ca.pem.</summary>
    public void RemoveOldAuthorities()
    {
        _authorities[..^1].ForEach(old => old.Dispose());
        _authorities.RemoveRange(0, _authorities.Count - 1);
        WriteRoots();
    }

    /// <summary>A node's certificate and key, new or again.</summary>
    public void Issue(string node)
    {
        using X509Certificate2 certificate = Current.Issue(new IssueRequest($"{node}.lab.test"));
        Replace($"{node}.pem", certificate.ExportCertificatePem(), isSecret: false);
        Replace($"{node}.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), isSecret: true);
    }

    /// <summary>Takes nodes' present certificates back: ca.crl names them.</summary>
    public void Revoke(params IEnumerable<string> nodes)
    {
        X509Certificate2[] certificates = [.. nodes.Select(node => X509CertificateLoader.LoadCertificateFromFile(this[$"{node}.pem"]))];
        Replace("ca.crl", Current.SignRevocationList(previous: null, certificates, CertificateAuthority.RevocationListDays), isSecret: false);
    }

    /// <summary>Certificate and key of who answers for the authority (responder.pem, responder.key).</summary>
    public void IssueResponder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=responder", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.9")], critical: false));
        using X509Certificate2 certificate = Current.Sign(request, TimeSpan.FromDays(1));
        Replace("responder.pem", certificate.ExportCertificatePem(), isSecret: false);
        Replace("responder.key", key.ExportPkcs8PrivateKeyPem(), isSecret: true);
    }

    public void Dispose() => _authorities.ForEach(authority => authority.Dispose());

    private void WriteRoots() => Replace("ca.pem", string.Join('\n', _authorities.Select(a => a.Certificate.ExportCertificatePem())), isSecret: false);

    private void Replace(string file, string content, bool isSecret) => CertificateFiles.Replace(this[file], content, isSecret);
}
