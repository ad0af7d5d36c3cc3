using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>The certificate authorities that this node believes. Never the system's: anybody can buy a certificate from those.</summary>
public sealed class TrustedRoots
{
    private readonly HashSet<string> _fingerprints;

    private TrustedRoots(X509Certificate2Collection certificates)
    {
        Certificates = certificates;
        _fingerprints = [.. certificates.Select(root => root.GetCertHashString(HashAlgorithmName.SHA256))];
    }

    internal X509Certificate2Collection Certificates { get; }

    /// <summary>Reads PEM files with one or more root certificates each.</summary>
    /// <exception cref="IdentityException">A file cannot be read, or holds something that cannot be a root.</exception>
    public static TrustedRoots Load(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var certificates = new X509Certificate2Collection();
        foreach (var path in paths)
        {
            var ofFile = CertificateFile.ReadCertificates(path);
            foreach (var certificate in ofFile)
                RequireRoot(certificate, path);
            certificates.AddRange(ofFile);
        }

        return certificates.Count > 0
            ? new(certificates)
            : throw new IdentityException("no trusted roots are configured; name the PEM file of the certificate authority that signs your nodes' certificates");
    }

    public static TrustedRoots FromCertificates(params IEnumerable<X509Certificate2> roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        var certificates = new X509Certificate2Collection();
        foreach (var root in roots)
        {
            RequireRoot(root, CertificateNames.Display(root));
            certificates.Add(root);
        }

        return new(certificates);
    }

    /// <summary>What makes a certificate unfit as a trusted root; null if nothing does.</summary>
    public static CertificateProblem? RootProblem(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var name = CertificateNames.Display(certificate);
        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority))
            return new(IdentityRefusal.InvalidChain, $"{name} is not a certificate authority");
        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? CertificateStrength.CheckKey(certificate)
            : new(IdentityRefusal.UntrustedRoot, $"{name} is an intermediate, signed by {CertificateNames.Printable(certificate.Issuer)}");
    }

    internal bool Contains(X509Certificate2 certificate) => _fingerprints.Contains(certificate.GetCertHashString(HashAlgorithmName.SHA256));

    private static void RequireRoot(X509Certificate2 certificate, string source)
    {
        if (RootProblem(certificate) is { } problem)
            throw new IdentityException($"{source}: {problem.Explanation}; trusted roots are self-signed certificate authorities");
    }
}
