using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>
/// Where a node's certificate is in the system's certificate store, whose key may be one that nothing can export. On Linux .NET has <c>CurrentUser</c> only, as files of that user.
/// </summary>
/// <param name="Location">Of the machine, or of the user that the process runs as.</param>
/// <param name="Subject">A DNS name of the certificate.</param>
public sealed record NodeCertificateStore(StoreLocation Location, string Subject)
{
    /// <summary>For messages: <c>CurrentUser/My, fe1.lab.test</c>.</summary>
    public override string ToString() => $"{Location}/My, {Subject}";

    /// <summary>
    /// Of the certificates with that name and a private key, the one that is valid now and ends last; intermediates come from the store <c>CA</c> of the same location. So a renewal is put
    /// beside the old one.
    /// </summary>
    /// <exception cref="IdentityException">There is none, or peers would not accept it; the message names the store and the fix.</exception>
    public NodeCertificate Load(IReadOnlyCollection<PeerRole> roles, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var found = new Certificates(Read(StoreName.My));
        using var above = new Certificates(Read(StoreName.CertificateAuthority));
        X509Certificate2 leaf = Choose(found.All, time.GetUtcNow().UtcDateTime) ?? throw new IdentityException(
            $"{this}: no certificate with this DNS name and a private key that this process may use; import it there (on Windows, certlm.msc also gives the service's user the right to its key)");
        return NodeCertificate.FromCertificate(leaf, above.All, roles, time, ToString());
    }

    /// <summary>Which certificate <see cref="Load"/> would take, as SHA-256 in hexadecimal; empty when there is none or the store cannot be read.</summary>
    public string Stamp(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            using var found = new Certificates(Read(StoreName.My));
            return Choose(found.All, time.GetUtcNow().UtcDateTime)?.GetCertHashString(HashAlgorithmName.SHA256) ?? "";
        }
        catch (IdentityException)
        {
            return "";
        }
    }

    private X509Certificate2? Choose(IEnumerable<X509Certificate2> certificates, DateTime now) => certificates
        .Where(c => c.HasPrivateKey && CertificateNames.DnsNames(c).Contains(Subject, StringComparer.OrdinalIgnoreCase))
        .OrderByDescending(c => c.NotBefore.ToUniversalTime() <= now && now <= c.NotAfter.ToUniversalTime())
        .ThenByDescending(c => c.NotAfter)
        .FirstOrDefault();

    private X509Certificate2Collection Read(StoreName name)
    {
        try
        {
            using var store = new X509Store(name, Location);
            store.Open(OpenFlags.ReadOnly);
            return store.Certificates;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new IdentityException($"{this}: the store {Location}/{name} cannot be read ({e.Message}); on Linux use CurrentUser, or files", e);
        }
    }

    private sealed class Certificates(X509Certificate2Collection all) : IDisposable
    {
        public IEnumerable<X509Certificate2> All => all;

        public void Dispose()
        {
            foreach (X509Certificate2 certificate in all)
                certificate.Dispose();
        }
    }
}
