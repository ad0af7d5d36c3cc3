using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Encrypts the one record that a main-mode key is for (clauses 2.4, 2.7): nonce = iv, associated data = the header.</summary>
internal static class HandshakeCipher
{
    /// <summary>The whole record, header included.</summary>
    public static byte[] Seal(Suite suite, Secret secret, RecordType type, ReadOnlySpan<byte> plaintext)
    {
        var record = new byte[RecordHeader.Size + plaintext.Length + Limits.TagSize];
        new RecordHeader(type, 0, plaintext.Length + Limits.TagSize).Write(record);
        Span<byte> iv = stackalloc byte[Aead.NonceSize];
        using Aead cipher = Cipher(suite, secret, iv);
        cipher.Seal(iv, plaintext, record.AsSpan(RecordHeader.Size, plaintext.Length), record.AsSpan(^Limits.TagSize), record.AsSpan(0, RecordHeader.Size));
        return record;
    }

    /// <summary>The plaintext of a whole record.</summary>
    /// <exception cref="ProtocolException">It does not decrypt.</exception>
    public static byte[] Open(Suite suite, Secret secret, ReadOnlySpan<byte> record)
    {
        int size = record.Length - RecordHeader.Size - Limits.TagSize;
        if (size < 0)
        {
            throw new ProtocolException(ProtocolError.BadMessage, "encrypted message is shorter than its tag");
        }
        var plaintext = new byte[size];
        Span<byte> iv = stackalloc byte[Aead.NonceSize];
        using Aead cipher = Cipher(suite, secret, iv);
        return cipher.TryOpen(iv, record.Slice(RecordHeader.Size, size), record[^Limits.TagSize..], plaintext, record[..RecordHeader.Size])
            ? plaintext
            : throw new ProtocolException(ProtocolError.CannotDecrypt, "encrypted message does not decrypt");
    }

    private static Aead Cipher(Suite suite, Secret secret, Span<byte> iv)
    {
        using Secret key = LabelledHkdf.Expand(suite, secret, "key", [], suite.KeySize);
        LabelledHkdf.Expand(suite, secret, "iv", [], iv);
        return new Aead(key.Span);
    }
}
