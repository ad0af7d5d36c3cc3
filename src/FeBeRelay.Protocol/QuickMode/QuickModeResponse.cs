using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M2 (clause 3.2).</summary>
/// <param name="Mode">As in M1.</param>
/// <param name="Nonce">32 random bytes.</param>
/// <param name="ShareGroup">0 without a share.</param>
/// <param name="Share">The public value, empty without a share.</param>
internal sealed record QuickModeResponse(byte Mode, byte[] Nonce, ushort ShareGroup, byte[] Share)
{
    /// <summary>M2: the body without the binder.</summary>
    public byte[] Encode() => new WireWriter().U8(Mode).Bytes(Nonce).U16(ShareGroup).Bytes16(Share).ToArray();

    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeResponse Decode(Suite suite, byte expectedMode, ReadOnlySpan<byte> body, out byte[] m2, out byte[] binder2)
    {
        var reader = new WireReader(body);
        byte mode = reader.U8();
        if (mode != expectedMode)
        {
            throw WireReader.Bad($"quick mode response has mode {mode}, expected {expectedMode}");
        }
        byte[] nonce = reader.Bytes(Limits.NonceSize).ToArray();
        (ushort group, byte[] share) = QuickModeShare.Decode(ref reader, Role.Responder);
        m2 = body[..^reader.Remaining].ToArray();
        binder2 = reader.Bytes(suite.HashSize).ToArray();
        reader.End();
        return new QuickModeResponse(mode, nonce, group, share);
    }
}
