using System.Buffers.Binary;

namespace FeBeRelay.Protocol.Wire;

/// <summary>
/// The five bytes in front of every record (clause 1.2):
/// <code>
///  0      1      2                    5
///  +------+------+------+------+------+
///  | type | epoch|     length (u24)   |
///  +------+------+------+------+------+
/// </code>
/// </summary>
/// <param name="Type">What the record is.</param>
/// <param name="Epoch">Generation of the direction's keys, 0 outside a channel.</param>
/// <param name="Length">Bytes behind the header, 0 to the type's maximum.</param>
public readonly record struct RecordHeader(RecordType Type, byte Epoch, int Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 5;

    /// <summary>Header and body together, in bytes.</summary>
    public int RecordLength => Size + Length;

    /// <summary>Reads a header; returns false when fewer than <see cref="Size"/> bytes are there.</summary>
    /// <exception cref="ProtocolException">The type is not listed or the length above its maximum (clause 1.3).</exception>
    public static bool TryRead(ReadOnlySpan<byte> source, out RecordHeader header)
    {
        header = default;
        if (source.Length < Size)
        {
            return false;
        }
        var type = (RecordType)source[0];
        int length = source[2] << 16 | BinaryPrimitives.ReadUInt16BigEndian(source[3..]);
        int max = RecordTypes.MaxLength(type);
        if (length > max)
        {
            throw max < 0
                ? new ProtocolException(ProtocolError.UnexpectedMessage, $"record type 0x{source[0]:x2} is not known")
                : new ProtocolException(ProtocolError.TooLong, $"record of type 0x{source[0]:x2} announces {length} bytes, more than {max}");
        }
        header = new RecordHeader(type, source[1], length);
        return true;
    }

    /// <summary>Writes the five bytes.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Type;
        destination[1] = Epoch;
        destination[2] = (byte)(Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], (ushort)Length);
    }
}
