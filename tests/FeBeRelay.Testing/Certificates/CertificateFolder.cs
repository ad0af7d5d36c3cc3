using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>A folder of certificate and key files that goes away with the test.</summary>
public sealed class CertificateFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = Directory.CreateTempSubdirectory("feberelay-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>Writes a file that others may read.</summary>
    public string Write(string file, params string[] parts)
    {
        File.WriteAllText(this[file], string.Join('\n', parts));
        return this[file];
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public string WriteSecret(string file, params string[] parts)
    {
        Write(file, parts);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(this[file], OwnerOnly);
        return this[file];
    }

    public string WriteSecret(string file, byte[] content)
    {
        WriteSecret(file);
        File.WriteAllBytes(this[file], content);
        return this[file];
    }

    /// <summary>The private key of a certificate as unencrypted PKCS#8 in PEM.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey()
            ?? throw new ArgumentException("no private key", nameof(certificate));
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
