using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Certificates;

/// <summary>A folder of certificates and keys: what <c>certs init</c>, <c>issue</c>, <c>csr</c> and <c>sign</c> read and write.</summary>
internal sealed class CertificateFiles(string directory)
{
    public string AuthorityCertificate => Path.Combine(directory, "ca.pem");

    public string AuthorityKey => Path.Combine(directory, "ca.key");

    public string RevocationList => Path.Combine(directory, "ca.crl");

    public string In(string file) => Path.Combine(directory, file);

    /// <summary>Keys and certificates that exist are never replaced: a key that is gone cannot be brought back.</summary>
    public static void RequireNew(params IEnumerable<string> paths)
    {
        var existing = paths.Where(path => File.Exists(path) || Directory.Exists(path)).ToList();
        if (existing.Count > 0)
            throw new CertificateException($"{string.Join(", ", existing)}: already there and not overwritten; move it away or name another --directory");
    }

    public static void Write(string path, string text, bool isSecret) => Write(path, Encoding.ASCII.GetBytes(text), isSecret);

    public static void Write(string path, byte[] content, bool isSecret) => Write(path, content, isSecret, replaces: false);

    /// <summary>Puts a file in the place of another, or makes it; who reads meanwhile reads the one or the other.</summary>
    public static void Replace(string path, string text, bool isSecret) => Replace(path, Encoding.ASCII.GetBytes(text), isSecret);

    public static void Replace(string path, byte[] content, bool isSecret) => Write(path, content, isSecret, replaces: true);

    private static void Write(string path, byte[] content, bool isSecret, bool replaces)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            OwnerOnlyFile.Create(path, content, isSecret, replaces);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path}: cannot be written ({e.Message})", e);
        }
        finally
        {
            if (isSecret)
                CryptographicOperations.ZeroMemory(content);
        }
    }

    public CertificateAuthority LoadAuthority(TimeProvider time)
    {
        if (!File.Exists(AuthorityCertificate) || !File.Exists(AuthorityKey))
            throw new CertificateException($"{AuthorityCertificate}, {AuthorityKey}: no authority there; make one with feberelay certs init, or name its --directory");
        var key = CertificateFile.ReadPrivateKey(AuthorityKey) as ECDsa
            ?? throw new CertificateException($"{AuthorityKey}: not an ECDSA key; only authorities that feberelay certs init made can be used here");
        return CertificateAuthority.FromParts(CertificateFile.ReadCertificates(AuthorityCertificate)[0], key, time, AuthorityCertificate);
    }
}
