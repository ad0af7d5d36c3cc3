using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Records;

/// <summary>
/// Opens the records that one end receives in a channel (clause 4): the mirror of <see cref="RecordSealer"/>.
/// Used by one thread at a time. No call allocates, but those that change keys or refuse.
/// </summary>
public sealed class RecordOpener : IDisposable
{
    private KeyLimits _limits;
    private TrafficKey _key;
    private ulong _totalRecords;
    private ulong _totalBytes;

    /// <inheritdoc cref="RecordSealer(Suite, Secret, uint, KeyLimits)"/>
    internal RecordOpener(Suite suite, Secret secret, uint spi, KeyLimits limits)
    {
        _key = new TrafficKey(suite, secret, 0);
        _limits = limits;
        Spi = spi;
    }

    /// <summary>The direction's name (clause 3.3).</summary>
    public uint Spi { get; private set; }

    /// <summary>The epoch that the next record must have.</summary>
    public byte Epoch => _key.Epoch;

    /// <summary>Whether the direction is parked: control records only (clause 6.2).</summary>
    public bool IsParked { get; private set; }

    /// <summary>Key updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>Records opened under all epochs. Readable from any thread.</summary>
    public ulong TotalRecords => Volatile.Read(ref _totalRecords);

    /// <summary>Bytes of plaintext opened under all epochs. Readable from any thread.</summary>
    public ulong TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>Verifies and decrypts a whole record in place; the plaintext then stands behind the header, n bytes.</summary>
    /// <param name="header">The record's header, already read.</param>
    /// <param name="record">5 + n + 16 bytes.</param>
    /// <exception cref="ProtocolException">Wrong epoch, a hard limit, or the record does not open. The channel is at its end.</exception>
    public void Open(RecordHeader header, Span<byte> record)
    {
        if (header.Epoch != _key.Epoch)
        {
            throw new ProtocolException(ProtocolError.WrongEpoch, $"record has epoch {header.Epoch}, expected {_key.Epoch}");
        }
        _key.Open(record);
        Volatile.Write(ref _totalRecords, _totalRecords + 1);
        Volatile.Write(ref _totalBytes, _totalBytes + (ulong)(record.Length - RecordHeader.Size - Limits.TagSize));
        if (_key.Bytes > _limits.HardBytes && !IsParked)
        {
            throw new ProtocolException(ProtocolError.LimitReached, $"peer goes on under epoch {Epoch} after {_key.Bytes} bytes");
        }
    }

    /// <summary>Moves to the next epoch, because a key update has opened (clauses 6.1, 6.2).</summary>
    internal void Update(bool park)
    {
        _key = _key.Next();
        IsParked = park;
        Updates++;
    }

    /// <summary>Moves to the keys that an in-band quick mode made, because the peer's switch has opened (clause 6.3). The old key is zeroed.</summary>
    internal void Switch(Suite suite, Secret secret, uint spi, KeyLimits limits)
    {
        byte epoch = unchecked((byte)(_key.Epoch + 1));
        _key.Dispose();
        _key = new TrafficKey(suite, secret, epoch);
        _limits = limits;
        Spi = spi;
        IsParked = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Lets go of the cipher until the next record. Any thread.</summary>
    internal void Rest() => _key.Rest();
}
