using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder's no to an authenticated initiator (clause 2.8).</summary>
internal sealed record Decline(ErrorCode Code)
{
    /// <summary>The whole record, encrypted.</summary>
    public byte[] Seal(Suite suite, Secret acceptKey) => HandshakeCipher.Seal(suite, acceptKey, RecordType.Decline, [(byte)Code]);

    /// <exception cref="ProtocolException">The record does not decrypt, or is not a decline in its one form.</exception>
    public static Decline Open(Suite suite, Secret acceptKey, ReadOnlySpan<byte> record)
    {
        var reader = new WireReader(HandshakeCipher.Open(suite, acceptKey, record));
        byte code = reader.U8();
        reader.End();
        return ErrorCodes.IsDefined(code) ? new Decline((ErrorCode)code) : throw WireReader.Bad($"decline has code {code}");
    }
}
