using System.Buffers.Binary;

namespace FeBeRelay.Protocol.Wire;

/// <summary>Reads the fields of one message, strictly (clause 1.5): what is missing or left over is a violation.</summary>
/// <param name="message">The message's body.</param>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public byte U8() => Bytes(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    public int U24()
    {
        ReadOnlySpan<byte> bytes = Bytes(3);
        return bytes[0] << 16 | bytes[1] << 8 | bytes[2];
    }

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Bytes(8));

    /// <summary>A number between two bounds, both allowed.</summary>
    public uint U32(uint min, uint max, string field)
    {
        uint value = U32();
        return value >= min && value <= max ? value : throw Bad($"{field} is {value}, not {min} to {max}");
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (_rest.Length < count)
        {
            throw Bad("message is too short");
        }
        ReadOnlySpan<byte> bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary><c>u8 length</c>, then that many bytes.</summary>
    public ReadOnlySpan<byte> Bytes8() => Bytes(U8());

    /// <summary><c>u16 length</c>, then that many bytes.</summary>
    public ReadOnlySpan<byte> Bytes16() => Bytes(U16());

    /// <summary>A list's count, between 1 and <paramref name="max"/>.</summary>
    public int Count(int max, string field)
    {
        int count = U8();
        return count >= 1 && count <= max ? count : throw Bad($"{field} holds {count} entries, not 1 to {max}");
    }

    /// <summary>A list of u16 without repetition.</summary>
    public ushort[] U16List(int max, string field)
    {
        var list = new ushort[Count(max, field)];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = U16();
            if (list.AsSpan(0, i).Contains(list[i]))
            {
                throw Bad($"{field} holds 0x{list[i]:x4} twice");
            }
        }
        return list;
    }

    /// <summary>What was not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>No byte may be left over.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw Bad($"{_rest.Length} bytes are left over behind the last field");
        }
    }

    public static ProtocolException Bad(string detail) => new(ProtocolError.BadMessage, detail);
}
