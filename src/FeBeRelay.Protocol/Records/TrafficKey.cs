using System.Buffers.Binary;
using System.Diagnostics;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Records;

/// <summary>
/// One generation of keys of one direction (clauses 4.1, 4.2): the cipher, the static iv, the sequence. Makes its successor one-way.
/// Used by one thread at a time.
/// </summary>
internal sealed class TrafficKey : IDisposable
{
    private readonly Suite _suite;
    private readonly Secret _secret;
    private readonly Secret _iv;

    // Borrowed for each record, and back behind it: so it can be taken away at any time. 1.5 KB and more, and made again in microseconds.
    private Aead? _cipher;

    /// <param name="suite">The association's suite.</param>
    /// <param name="secret"><c>TS</c>; owned from here on.</param>
    /// <param name="epoch">The epoch of this generation.</param>
    public TrafficKey(Suite suite, Secret secret, byte epoch)
    {
        _suite = suite;
        _secret = secret;
        Epoch = epoch;
        _iv = LabelledHkdf.Expand(suite, secret, "iv", [], Aead.NonceSize);
    }

    public byte Epoch { get; }

    /// <summary>Records protected so far, which is the next sequence.</summary>
    public ulong Records { get; private set; }

    /// <summary>Bytes of plaintext protected so far.</summary>
    public ulong Bytes { get; private set; }

    /// <summary><c>TS' = Expand(TS, "update")</c>, one epoch on. This generation is zeroed.</summary>
    public TrafficKey Next()
    {
        Secret next = LabelledHkdf.Expand(_suite, _secret, "update", []);
        byte epoch = unchecked((byte)(Epoch + 1));
        Dispose();
        return new TrafficKey(_suite, next, epoch);
    }

    /// <summary>Fills <c>[header][plaintext][tag]</c>, whose header is written.</summary>
    /// <param name="plaintext">
    /// The very plaintext part of <paramref name="record"/>, or memory apart from it: AesGcm gives wrong output, without an error, where source
    /// and destination overlap otherwise.
    /// </param>
    /// <param name="record">The record.</param>
    public void Seal(ReadOnlySpan<byte> plaintext, Span<byte> record)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceSize];
        int size = BeginRecord(record.Length, nonce);
        Span<byte> body = record.Slice(Wire.RecordHeader.Size, size);
        Debug.Assert(plaintext == body || !plaintext.Overlaps(record), "plaintext and record are the same memory or apart");
        Span<byte> tag = record[^Limits.TagSize..];
        Aead cipher = Borrow();
        if (_suite.IsConfidential)
        {
            cipher.Seal(nonce, plaintext, body, tag, record[..Wire.RecordHeader.Size]);
        }
        else
        {
            plaintext.CopyTo(body);
            cipher.Seal(nonce, [], [], tag, record[..^Limits.TagSize]);
        }
        GiveBack(cipher);
    }

    /// <summary>Verifies and decrypts <c>[header][ciphertext][tag]</c> in place; the plaintext stands behind the header.</summary>
    /// <exception cref="ProtocolException">The record does not open.</exception>
    public void Open(Span<byte> record)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceSize];
        int size = BeginRecord(record.Length, nonce);
        Span<byte> ciphertext = record.Slice(Wire.RecordHeader.Size, size);
        Span<byte> tag = record[^Limits.TagSize..];
        Aead cipher = Borrow();
        bool isRight = _suite.IsConfidential
            ? cipher.TryOpen(nonce, ciphertext, tag, ciphertext, record[..Wire.RecordHeader.Size])
            : cipher.TryOpen(nonce, [], tag, [], record[..^Limits.TagSize]);
        GiveBack(cipher);
        if (!isRight)
        {
            throw new ProtocolException(ProtocolError.CannotDecrypt, $"record {Records - 1} of epoch {Epoch} does not open");
        }
    }

    /// <summary>Lets go of the cipher, which the next record makes again. Any thread, at any time.</summary>
    public void Rest() => Interlocked.Exchange(ref _cipher, null)?.Dispose();

    public void Dispose()
    {
        _iv.Dispose();
        _secret.Dispose();
        Rest();
    }

    private Aead Borrow()
    {
        if (Interlocked.Exchange(ref _cipher, null) is { } cipher)
        {
            return cipher;
        }
        using Secret key = LabelledHkdf.Expand(_suite, _secret, "key", [], _suite.KeySize);
        return new Aead(key.Span);
    }

    private void GiveBack(Aead cipher)
    {
        Interlocked.Exchange(ref _cipher, cipher);
        if (_secret.IsDisposed)
        {
            Rest();
        }
    }

    /// <summary>Takes the next sequence, counts, and makes the nonce <c>iv xor sequence</c>. Returns the plaintext's size.</summary>
    private int BeginRecord(int recordLength, Span<byte> nonce)
    {
        int size = recordLength - Wire.RecordHeader.Size - Limits.TagSize;
        if (size < 0)
        {
            throw new ProtocolException(ProtocolError.BadMessage, "record is shorter than its tag");
        }
        if (Records >= Limits.HardRecordsPerKey || Bytes + (ulong)size > Limits.HardBytesPerKey)
        {
            throw new ProtocolException(ProtocolError.LimitReached, $"key of epoch {Epoch} has protected {Records} records and {Bytes} bytes");
        }
        _iv.Span.CopyTo(nonce);
        Span<byte> low = nonce[4..];
        BinaryPrimitives.WriteUInt64BigEndian(low, BinaryPrimitives.ReadUInt64BigEndian(low) ^ Records);
        Records++;
        Bytes += (ulong)size;
        return size;
    }
}
