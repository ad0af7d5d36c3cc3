using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M1 (clause 3.1). In mode live it names the channel, in mode new it has a counter.</summary>
/// <param name="DemandsForwardSecrecy">Flag bit 0.</param>
/// <param name="AssociationId">16 bytes.</param>
/// <param name="Counter">Mode new: from 1, never twice under an association. Mode live: 0, and not sent.</param>
/// <param name="Nonce">32 random bytes.</param>
/// <param name="ShareGroup">0 without a share.</param>
/// <param name="Share">The public value, empty without a share.</param>
/// <param name="ChannelId">Mode live: <c>cid</c>, 16 bytes. Mode new: empty.</param>
/// <param name="ChannelHash">Mode live: <c>h</c>, as long as the channel's. Mode new: empty.</param>
internal sealed record QuickModeRequest(
    bool DemandsForwardSecrecy, byte[] AssociationId, ulong Counter, byte[] Nonce, ushort ShareGroup, byte[] Share, byte[] ChannelId, byte[] ChannelHash)
{
    public const byte ModeNew = 1;
    public const byte ModeLive = 2;

    /// <summary>Most bytes of a body: M1 of mode live with the largest share and hash, and its binder.</summary>
    public const int MaxSize = 1 + 1 + Limits.IdSize + Limits.NonceSize + 2 + 2 + Group.MaxPublicSize + Limits.IdSize + 48 + 48;

    /// <summary>M1: the body without the binder.</summary>
    public byte[] Encode()
    {
        bool live = ChannelId.Length > 0;
        WireWriter writer = new WireWriter().U8(live ? ModeLive : ModeNew).U8(DemandsForwardSecrecy ? (byte)1 : (byte)0).Bytes(AssociationId);
        if (!live)
        {
            writer.U64(Counter);
        }
        return writer.Bytes(Nonce).U16(ShareGroup).Bytes16(Share).Bytes(ChannelId).Bytes(ChannelHash).ToArray();
    }

    /// <summary>Reads a body of mode new; the binder's length is the suite's and is checked with it.</summary>
    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeRequest DecodeNew(ReadOnlySpan<byte> body, out byte[] m1, out byte[] binder1) =>
        Decode(body, ModeNew, channelHashSize: 0, out m1, out binder1);

    /// <summary>Reads a body of mode live on a channel whose <c>h</c> has that many bytes.</summary>
    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeRequest DecodeLive(ReadOnlySpan<byte> body, int channelHashSize, out byte[] m1, out byte[] binder1) =>
        Decode(body, ModeLive, channelHashSize, out m1, out binder1);

    private static QuickModeRequest Decode(ReadOnlySpan<byte> body, byte expected, int channelHashSize, out byte[] m1, out byte[] binder1)
    {
        var reader = new WireReader(body);
        byte mode = reader.U8();
        if (mode != expected)
        {
            throw WireReader.Bad($"quick mode request has mode {mode}, expected {expected}");
        }
        byte flags = reader.U8();
        if (flags > 1)
        {
            throw WireReader.Bad($"quick mode request has flags 0x{flags:x2}");
        }
        byte[] id = reader.Bytes(Limits.IdSize).ToArray();
        ulong counter = mode == ModeNew ? reader.U64() : 0;
        byte[] nonce = reader.Bytes(Limits.NonceSize).ToArray();
        (ushort group, byte[] share) = QuickModeShare.Decode(ref reader, Role.Initiator);
        if (flags == 1 != (group != 0))
        {
            throw WireReader.Bad("quick mode request demands forward secrecy exactly when it has a share");
        }
        byte[] channelId = mode == ModeLive ? reader.Bytes(Limits.IdSize).ToArray() : [];
        byte[] channelHash = reader.Bytes(channelHashSize).ToArray();
        if (reader.Remaining is not (32 or 48))
        {
            throw WireReader.Bad($"quick mode request has a binder of {reader.Remaining} bytes");
        }
        m1 = body[..^reader.Remaining].ToArray();
        binder1 = reader.Bytes(reader.Remaining).ToArray();
        return new QuickModeRequest(flags == 1, id, counter, nonce, group, share, channelId, channelHash);
    }
}

/// <summary>The share of M1 and M2: group 0 and no bytes stand for none.</summary>
internal static class QuickModeShare
{
    public static (ushort Group, byte[] Share) Decode(ref WireReader reader, Role sender)
    {
        ushort group = reader.U16();
        byte[] share = reader.Bytes16().ToArray();
        int expected = group == 0 ? 0 : Group.Find(group)?.PublicSize(sender) ?? throw WireReader.Bad($"quick mode share has group 0x{group:x4}");
        return share.Length == expected ? (group, share) : throw WireReader.Bad($"quick mode share has {share.Length} bytes, expected {expected}");
    }
}
