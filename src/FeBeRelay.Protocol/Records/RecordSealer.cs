using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Records;

/// <summary>What the next record of a direction needs (clause 4.8).</summary>
public enum SealPlan
{
    /// <summary>Seal it.</summary>
    Proceed,
    /// <summary>A soft limit is reached: send a key update first.</summary>
    UpdateFirst,
}

/// <summary>
/// Protects the records that one end sends in a channel (clause 4): keys, counters and limits of that direction, nothing else.
/// Used by one thread at a time. No call allocates, but those that change keys.
/// </summary>
public sealed class RecordSealer : IDisposable
{
    private KeyLimits _limits;
    private TrafficKey _key;
    private TimeSpan _firstRecord = TimeSpan.MinValue;
    private TimeSpan _softAge;
    private ulong _totalRecords;
    private ulong _totalBytes;

    /// <param name="suite">The association's suite.</param>
    /// <param name="secret">The direction's <c>TS</c>, L bytes; owned from here on.</param>
    /// <param name="spi">The direction's name.</param>
    /// <param name="limits">What the association agreed on.</param>
    internal RecordSealer(Suite suite, Secret secret, uint spi, KeyLimits limits)
    {
        _key = new TrafficKey(suite, secret, 0);
        _limits = limits;
        Spi = spi;
        DrawSoftAge();
    }

    /// <summary>The direction's name (clause 3.3).</summary>
    public uint Spi { get; private set; }

    /// <summary>The epoch of the next record.</summary>
    public byte Epoch => _key.Epoch;

    /// <summary>Whether the direction is parked: control records only (clause 6.2).</summary>
    public bool IsParked { get; private set; }

    /// <summary>Key updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>Records sealed under all epochs. Readable from any thread.</summary>
    public ulong TotalRecords => Volatile.Read(ref _totalRecords);

    /// <summary>Bytes of plaintext sealed under all epochs. Readable from any thread.</summary>
    public ulong TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>Whether a stream record of that size may be sealed at once.</summary>
    /// <param name="plaintextBytes">0 to 65,536.</param>
    /// <param name="now">Monotonic time.</param>
    public SealPlan Plan(int plaintextBytes, TimeSpan now)
    {
        bool due = _key.Records >= Limits.SoftRecordsPerKey
            || _key.Bytes + (ulong)plaintextBytes > _limits.SoftBytes
            || (_key.Records > 0 && now - _firstRecord >= _softAge);
        return due && _key.Records > 0 ? SealPlan.UpdateFirst : SealPlan.Proceed;
    }

    /// <summary>Seals <c>[header][plaintext][tag]</c> in place; only the plaintext needs to be filled in.</summary>
    /// <param name="type">The record's type.</param>
    /// <param name="record">5 + n + 16 bytes, n from 0 to 65,536.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ProtocolException">A hard limit is reached, which only a caller does that ignores <see cref="Plan"/>.</exception>
    public void Seal(RecordType type, Span<byte> record, TimeSpan now) =>
        Seal(type, record[RecordHeader.Size..^Limits.TagSize], record, now);

    /// <summary>Seals bytes of the caller's memory, which is apart from the record's, into a record: no copy either.</summary>
    /// <param name="type">The record's type.</param>
    /// <param name="plaintext">n bytes, from 0 to 65,536.</param>
    /// <param name="record">5 + n + 16 bytes.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ProtocolException">A hard limit is reached.</exception>
    public void Seal(RecordType type, ReadOnlySpan<byte> plaintext, Span<byte> record, TimeSpan now)
    {
        int size = record.Length - RecordHeader.Size - Limits.TagSize;
        ArgumentOutOfRangeException.ThrowIfNotEqual(size, plaintext.Length, nameof(record));
        ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(record));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Limits.MaxPlaintext, nameof(record));
        if (_key.Records == 0)
        {
            _firstRecord = now;
        }
        if (RecordTypes.IsStreamRecord(type) && (_key.Bytes + (ulong)size > _limits.HardBytes || now - _firstRecord > _limits.HardAge))
        {
            throw new ProtocolException(ProtocolError.LimitReached, $"key of epoch {Epoch} is past its hard limit ({_key.Bytes} bytes)");
        }
        new RecordHeader(type, _key.Epoch, size + Limits.TagSize).Write(record);
        _key.Seal(plaintext, record);
        Volatile.Write(ref _totalRecords, _totalRecords + 1);
        Volatile.Write(ref _totalBytes, _totalBytes + (ulong)size);
    }

    /// <summary>Moves to the next epoch; the caller has just sealed the key update that says so (clauses 6.1, 6.2).</summary>
    internal void Update(bool park = false)
    {
        _key = _key.Next();
        IsParked = park;
        Updates++;
        DrawSoftAge();
    }

    /// <summary>Moves to the keys that an in-band quick mode made; the caller has just sealed the switch (clause 6.3). The old key is zeroed.</summary>
    internal void Switch(Suite suite, Secret secret, uint spi, KeyLimits limits)
    {
        byte epoch = unchecked((byte)(_key.Epoch + 1));
        _key.Dispose();
        _key = new TrafficKey(suite, secret, epoch);
        _limits = limits;
        Spi = spi;
        IsParked = false;
        DrawSoftAge();
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Lets go of the cipher until the next record. Any thread.</summary>
    internal void Rest() => _key.Rest();

    /// <summary>
    /// Up to a tenth less than the agreed age, so that a node's channels do not all update at once. Spread by the direction's name, which is
    /// as good as random, instead of a random number: the output stays a function of the input.
    /// </summary>
    private void DrawSoftAge()
    {
        double spread = unchecked((Spi + _key.Epoch) * 2_654_435_761u) / (double)uint.MaxValue;
        _softAge = _limits.SoftAge == TimeSpan.MaxValue ? TimeSpan.MaxValue : _limits.SoftAge * (1 - 0.1 * spread);
    }
}
