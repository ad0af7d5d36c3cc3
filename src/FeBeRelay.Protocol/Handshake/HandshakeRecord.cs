using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>What every message of the handshake has around it.</summary>
internal static class HandshakeRecord
{
    /// <summary>The body of a whole record that must be of the type given.</summary>
    /// <exception cref="ProtocolException">It is of another type, an alert, of another epoch than 0, or not exactly as long as it says.</exception>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> record, RecordType expected) => Body(record, expected, expected, out _);

    /// <summary>The body of a whole record that may be of one of two types.</summary>
    /// <inheritdoc cref="Body(ReadOnlySpan{byte}, RecordType)"/>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> record, RecordType expected, RecordType orElse, out RecordType type)
    {
        if (!RecordHeader.TryRead(record, out RecordHeader header))
        {
            throw WireReader.Bad("record is shorter than its header");
        }
        type = header.Type;
        bool isAlert = type == RecordType.Alert;
        if (type != expected && type != orElse && !isAlert)
        {
            throw new ProtocolException(ProtocolError.UnexpectedMessage, $"got {type} where {expected} belongs");
        }
        if (header.Epoch != 0)
        {
            throw WireReader.Bad($"{type} has epoch {header.Epoch}; there is none but 0 outside a channel");
        }
        if (record.Length != header.RecordLength)
        {
            throw WireReader.Bad($"{type} says {header.RecordLength} bytes and has {record.Length}");
        }
        return isAlert
            ? throw new ProtocolException(ProtocolError.AlertedByPeer, $"the peer gave up with an alert where {expected} belongs")
            : record[RecordHeader.Size..];
    }
}
