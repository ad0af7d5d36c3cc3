using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M1 of mode new (clause 3.1).</summary>
/// <param name="DemandsForwardSecrecy">Flag bit 0.</param>
/// <param name="AssociationId">16 bytes.</param>
/// <param name="Counter">From 1, never twice under an association.</param>
/// <param name="Nonce">32 random bytes.</param>
/// <param name="ShareGroup">0 without a share.</param>
/// <param name="Share">The public value, empty without a share.</param>
internal sealed record QuickModeRequest(
    bool DemandsForwardSecrecy, byte[] AssociationId, ulong Counter, byte[] Nonce, ushort ShareGroup, byte[] Share)
{
    public const byte ModeNew = 1;
    public const byte ModeLive = 2;

    /// <summary>M1: the body without the binder.</summary>
    public byte[] Encode() => new WireWriter()
        .U8(ModeNew)
        .U8(DemandsForwardSecrecy ? (byte)1 : (byte)0)
        .Bytes(AssociationId)
        .U64(Counter)
        .Bytes(Nonce)
        .U16(ShareGroup).Bytes16(Share)
        .ToArray();

    /// <summary>The record: M1, then binder 1.</summary>
    public static byte[] ToRecord(byte[] m1, byte[] binder1) => new WireWriter().Bytes(m1).Bytes(binder1).ToRecord(RecordType.QuickModeRequest);

    /// <summary>Reads a body of mode new; the binder's length is the suite's and is checked with it.</summary>
    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeRequest Decode(ReadOnlySpan<byte> body, out byte[] m1, out byte[] binder1)
    {
        var reader = new WireReader(body);
        byte mode = reader.U8();
        if (mode != ModeNew)
        {
            throw WireReader.Bad($"quick mode request has mode {mode}, expected {ModeNew}");
        }
        byte flags = reader.U8();
        if (flags > 1)
        {
            throw WireReader.Bad($"quick mode request has flags 0x{flags:x2}");
        }
        byte[] id = reader.Bytes(Limits.IdSize).ToArray();
        ulong counter = reader.U64();
        byte[] nonce = reader.Bytes(Limits.NonceSize).ToArray();
        (ushort group, byte[] share) = QuickModeShare.Decode(ref reader);
        if (flags == 1 != (group != 0))
        {
            throw WireReader.Bad("quick mode request demands forward secrecy exactly when it has a share");
        }
        if (reader.Remaining is not (32 or 48))
        {
            throw WireReader.Bad($"quick mode request has a binder of {reader.Remaining} bytes");
        }
        m1 = body[..^reader.Remaining].ToArray();
        binder1 = reader.Bytes(reader.Remaining).ToArray();
        return new QuickModeRequest(flags == 1, id, counter, nonce, group, share);
    }
}

/// <summary>The share of M1 and M2: group 0 and no bytes stand for none.</summary>
internal static class QuickModeShare
{
    public static (ushort Group, byte[] Share) Decode(ref WireReader reader)
    {
        ushort group = reader.U16();
        byte[] share = reader.Bytes16().ToArray();
        int expected = group == 0 ? 0 : Group.Find(group)?.PublicSize ?? throw WireReader.Bad($"quick mode share has group 0x{group:x4}");
        return share.Length == expected ? (group, share) : throw WireReader.Bad($"quick mode share has {share.Length} bytes, expected {expected}");
    }
}
