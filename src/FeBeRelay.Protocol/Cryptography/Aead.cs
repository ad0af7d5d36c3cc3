using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>AES-GCM as this protocol uses it: nonces of 12 bytes, tags of 16 (clauses 2.7 and 4.2). Used by one thread at a time.</summary>
/// <param name="key">16 or 32 bytes; stays the caller's to zero.</param>
internal sealed class Aead(ReadOnlySpan<byte> key) : IDisposable
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 12;

    private readonly AesGcm _cipher = new(key, Limits.TagSize);

    /// <summary>Encrypts. Plaintext and ciphertext are the very same memory or apart from each other.</summary>
    public void Seal(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated) =>
        _cipher.Encrypt(nonce, plaintext, ciphertext, tag, associated);

    /// <summary>Verifies and decrypts; false, and a zeroed plaintext, when the tag is wrong.</summary>
    public bool TryOpen(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        try
        {
            _cipher.Decrypt(nonce, ciphertext, tag, plaintext, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();
}
