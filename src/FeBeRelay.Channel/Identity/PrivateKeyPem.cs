using System.Security.Cryptography;

namespace FeBeRelay.Channel.Identity;

/// <summary>Reads a private key from PEM text.</summary>
internal static class PrivateKeyPem
{
    public static AsymmetricAlgorithm Import(ReadOnlySpan<char> pem, string path, string? password)
    {
        var isEncrypted = pem.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new IdentityException($"{path}: no private key in this file; name the key file with keyPath");
        if (isEncrypted && password is null)
            throw new IdentityException($"{path}: the private key is encrypted; name a file with its password with passwordFile");
        Exception? reason = null;
        foreach (var create in (Func<AsymmetricAlgorithm>[])[ECDsa.Create, RSA.Create])
        {
            var key = create();
            try
            {
                if (isEncrypted)
                    key.ImportFromEncryptedPem(pem, password);
                else
                    key.ImportFromPem(pem);
                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
                reason = e;
            }
        }

        throw new IdentityException(
            isEncrypted
                ? $"{path}: the private key cannot be opened; is the password in the passwordFile right?"
                : $"{path}: the private key is damaged or neither ECDSA nor RSA; expected PEM with one PRIVATE KEY",
            reason!);
    }
}
