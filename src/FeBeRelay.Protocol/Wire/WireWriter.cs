using System.Buffers.Binary;

namespace FeBeRelay.Protocol.Wire;

/// <summary>Writes the fields of one handshake message into memory that grows. Not for the record path.</summary>
internal sealed class WireWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public WireWriter U8(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public WireWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);
        return this;
    }

    public WireWriter U24(int value)
    {
        U8((byte)(value >> 16));
        return U16((ushort)value);
    }

    public WireWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);
        return this;
    }

    public WireWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);
        return this;
    }

    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Take(value.Length));
        return this;
    }

    public WireWriter Bytes8(ReadOnlySpan<byte> value) => U8(checked((byte)value.Length)).Bytes(value);

    public WireWriter Bytes16(ReadOnlySpan<byte> value) => U16(checked((ushort)value.Length)).Bytes(value);

    public WireWriter U16List(ReadOnlySpan<ushort> values)
    {
        U8(checked((byte)values.Length));
        foreach (ushort value in values)
        {
            U16(value);
        }
        return this;
    }

    public byte[] ToArray() => Written.ToArray();

    /// <summary>The whole record: header of the given type with epoch 0, then what was written.</summary>
    public byte[] ToRecord(RecordType type)
    {
        var record = new byte[RecordHeader.Size + _length];
        new RecordHeader(type, 0, _length).Write(record);
        Written.CopyTo(record.AsSpan(RecordHeader.Size));
        return record;
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
