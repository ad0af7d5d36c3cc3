using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>Finds the leaf, its private key and the certificates above it in a node's files.</summary>
internal static class NodeCertificateLoader
{
    private const byte DerSequence = 0x30;

    public sealed record Material(X509Certificate2 Leaf, AsymmetricAlgorithm Key, IReadOnlyList<X509Certificate2> Others);

    public static Material Load(NodeCertificateFiles files)
    {
        // PKCS#12, and PEM without a key file, hold the key: then this file must be as private as a key file.
        var content = CertificateFile.Read(files.Path, isSecret: files.KeyPath is null);
        var password = files.PasswordFile is { } file ? CertificateFile.ReadPassword(file)
            : files.PasswordVariable is { } variable ? PasswordIn(variable)
            : null;
        try
        {
            return content is [DerSequence, ..] ? LoadPkcs12(files, content, password) : LoadPem(files, content, password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static string PasswordIn(string variable) => Environment.GetEnvironmentVariable(variable)
        ?? throw new IdentityException($"{variable}: there is no such environment variable; set it to the password, or name a file with it in passwordFile");

    private static Material LoadPem(NodeCertificateFiles files, byte[] content, string? password)
    {
        var certificates = CertificateFile.ParseCertificates(content, files.Path);
        var key = files.KeyPath is { } keyPath
            ? CertificateFile.ReadPrivateKey(keyPath, password)
            : CertificateFile.ParsePrivateKey(content, files.Path, password);
        var leaf = certificates.FirstOrDefault(certificate => IsKeyOf(key, certificate));
        if (leaf is not null)
            return new(leaf, key, [.. certificates.Where(certificate => certificate != leaf)]);
        key.Dispose();
        throw new IdentityException(
            $"{files.KeyPath ?? files.Path}: this private key does not belong to the certificate in {files.Path}; name the key that the certificate was made for");
    }

    private static Material LoadPkcs12(NodeCertificateFiles files, byte[] content, string? password)
    {
        if (files.KeyPath is not null)
            throw new IdentityException($"{files.Path}: a PKCS#12 file holds its own key; remove keyPath ({files.KeyPath})");
        var certificates = OpenPkcs12(files, content, password);
        var withKey = certificates.Where(certificate => certificate.HasPrivateKey).ToList();
        if (withKey is not [var leaf])
        {
            throw new IdentityException(withKey.Count == 0
                ? $"{files.Path}: no private key in this file; export it again with the private key"
                : $"{files.Path}: {withKey.Count} private keys in this file; export only the node's own");
        }

        AsymmetricAlgorithm? key = leaf.GetECDsaPrivateKey();
        key ??= leaf.GetRSAPrivateKey();
        return key is not null
            ? new(leaf, key, [.. certificates.Where(certificate => certificate != leaf)])
            : throw new IdentityException($"{files.Path}: the private key is neither ECDSA nor RSA; make a certificate with a P-256 key");
    }

    private static X509Certificate2Collection OpenPkcs12(NodeCertificateFiles files, byte[] content, string? password)
    {
        // Windows and Linux can keep the key in memory; the Mac's frameworks cannot.
        var storage = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(content, password, storage);
        }
        catch (CryptographicException e)
        {
            var hint = password is null ? "no passwordFile is given" : "is the password in the passwordFile right?";
            throw new IdentityException($"{files.Path}: not PEM, and cannot be opened as PKCS#12 ({hint})", e);
        }
    }

    private static bool IsKeyOf(AsymmetricAlgorithm key, X509Certificate2 certificate) =>
        key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
