using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M2 of mode new (clause 3.2).</summary>
/// <param name="Nonce">32 random bytes.</param>
/// <param name="ShareGroup">0 without a share.</param>
/// <param name="Share">The public value, empty without a share.</param>
internal sealed record QuickModeResponse(byte[] Nonce, ushort ShareGroup, byte[] Share)
{
    /// <summary>M2: the body without the binder.</summary>
    public byte[] Encode() => new WireWriter().U8(QuickModeRequest.ModeNew).Bytes(Nonce).U16(ShareGroup).Bytes16(Share).ToArray();

    /// <summary>The record: M2, then binder 2.</summary>
    public static byte[] ToRecord(byte[] m2, byte[] binder2) => new WireWriter().Bytes(m2).Bytes(binder2).ToRecord(RecordType.QuickModeResponse);

    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeResponse Decode(Suite suite, ReadOnlySpan<byte> body, out byte[] m2, out byte[] binder2)
    {
        var reader = new WireReader(body);
        byte mode = reader.U8();
        if (mode != QuickModeRequest.ModeNew)
        {
            throw WireReader.Bad($"quick mode response has mode {mode}, expected {QuickModeRequest.ModeNew}");
        }
        byte[] nonce = reader.Bytes(Limits.NonceSize).ToArray();
        (ushort group, byte[] share) = QuickModeShare.Decode(ref reader);
        m2 = body[..^reader.Remaining].ToArray();
        binder2 = reader.Bytes(suite.HashSize).ToArray();
        reader.End();
        return new QuickModeResponse(nonce, group, share);
    }
}
