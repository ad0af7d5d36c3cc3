using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FeBeRelay.Channel.Identity;

/// <summary>Reads certificates, keys and passwords from files, with errors that say which file, what and the fix.</summary>
public static class CertificateFile
{
    private const int LargestFile = 1024 * 1024;

    private const UnixFileMode OthersMayRead =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>All certificates of a PEM file.</summary>
    /// <exception cref="IdentityException">It cannot be read or has none.</exception>
    public static X509Certificate2Collection ReadCertificates(string path) => ParseCertificates(Read(path, isSecret: false), path);

    internal static X509Certificate2Collection ParseCertificates(byte[] pem, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new IdentityException($"{path}: a certificate in this file is damaged ({e.Message}); export it again in PEM form", e);
        }

        return certificates.Count > 0
            ? certificates
            : throw new IdentityException($"{path}: no certificate in this file; expected PEM text with -----BEGIN CERTIFICATE-----");
    }

    /// <summary>A private key in PEM, from a file that only its owner can read.</summary>
    public static AsymmetricAlgorithm ReadPrivateKey(string path, string? password = null) =>
        ParsePrivateKey(Read(path, isSecret: true), path, password);

    /// <summary>The first line: what follows it is an editor's newline or a comment.</summary>
    public static string ReadPassword(string path)
    {
        var bytes = Read(path, isSecret: true);
        var password = Encoding.UTF8.GetString(bytes).Split('\n')[0].TrimEnd('\r');
        CryptographicOperations.ZeroMemory(bytes);
        return password;
    }

    /// <summary>Zeroes <paramref name="pem"/>.</summary>
    internal static AsymmetricAlgorithm ParsePrivateKey(byte[] pem, string path, string? password)
    {
        var text = Encoding.UTF8.GetChars(pem);
        try
        {
            return PrivateKeyPem.Import(text, path, password);
        }
        finally
        {
            Array.Clear(text);
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    /// <summary>The whole file. A secret that its group or others may read is no secret: refused, on the handle that is then read.</summary>
    public static byte[] Read(string path, bool isSecret, int largest = LargestFile)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            if (isSecret && !OperatingSystem.IsWindows() && !IsCredential(path))
                RequireOwnerOnly(path, File.GetUnixFileMode(handle));
            var length = RandomAccess.GetLength(handle);
            if (length > largest)
                throw new IdentityException($"{path}: {length} bytes are too many for a file of this kind; is it the right file?");
            var content = new byte[length];
            return RandomAccess.Read(handle, content, 0) == length
                ? content
                : throw new IdentityException($"{path}: changed while it was read; try again");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IdentityException($"{path}: no such file; check the path", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IdentityException(
                Directory.Exists(path)
                    ? $"{path}: a folder; name a file in it"
                    : $"{path}: this process may not read it; give its user the right to",
                e);
        }
        catch (IOException e)
        {
            throw new IdentityException($"{path}: cannot be read ({e.Message})", e);
        }
    }

    /// <summary>
    /// Whether systemd has put the file there for this service only (systemd.exec(5), LoadCredential=): a folder that nobody else enters, and files that an access list opens to the service's user, which shows
    /// as a right of the group.
    /// </summary>
    private static bool IsCredential(string path) =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && Path.GetDirectoryName(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static void RequireOwnerOnly(string path, UnixFileMode mode)
    {
        if ((mode & OthersMayRead) != 0)
        {
            throw new IdentityException(
                $"{path}: holds a secret but its group or others may read or change it (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}); run: chmod 600 {path}");
        }
    }
}
