using System.Buffers.Binary;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Initiator hellos that break one rule of clause 2.2 or 1.5 each, under the name of the rule. The vectors hold them too.</summary>
internal static class BrokenInitiatorHellos
{
    // Header 5, versions 3, nonce 32, then demand; tried is empty.
    private const int DemandAt = 40;
    private const int AssociationSecondsAt = 42;
    private const int KeySecondsAt = 50;
    private const int KeyKilobytesAt = 54;

    private const ushort UnknownNumber = 0x7777;

    /// <summary>Each makes the broken record of a good hello.</summary>
    public static IReadOnlyDictionary<string, (ProtocolError Error, Func<InitiatorHello, byte[]> Break)> All { get; } =
        new Dictionary<string, (ProtocolError, Func<InitiatorHello, byte[]>)>
        {
            ["no version"] = (ProtocolError.BadMessage, h => (h with { Versions = [] }).Encode()),
            ["17 versions"] = (ProtocolError.BadMessage, h => (h with { Versions = Numbers(17) }).Encode()),
            ["a version twice"] = (ProtocolError.BadMessage, h => (h with { Versions = [1, 1] }).Encode()),
            ["only versions that nobody knows"] = (ProtocolError.NothingInCommon, h => (h with { Versions = [2, 3] }).Encode()),
            ["demand 3"] = (ProtocolError.BadMessage, h => Patch(h, DemandAt, 3)),
            ["tried of 15 bytes"] = (ProtocolError.BadMessage, h => (h with { Tried = new byte[15] }).Encode()),
            ["tried of 17 bytes"] = (ProtocolError.BadMessage, h => (h with { Tried = new byte[17] }).Encode()),
            ["association seconds below 10"] = (ProtocolError.BadMessage, h => Patch32(h, AssociationSecondsAt, 9)),
            ["association seconds above 604800"] = (ProtocolError.BadMessage, h => Patch32(h, AssociationSecondsAt, 604_801)),
            ["key seconds below 10"] = (ProtocolError.BadMessage, h => Patch32(h, KeySecondsAt, 9)),
            ["key seconds above 86400"] = (ProtocolError.BadMessage, h => Patch32(h, KeySecondsAt, 86_401)),
            ["key kilobytes below 1024"] = (ProtocolError.BadMessage, h => Patch32(h, KeyKilobytesAt, 1_023)),
            ["key kilobytes above 16777216"] = (ProtocolError.BadMessage, h => Patch32(h, KeyKilobytesAt, 16_777_217)),
            ["no suite"] = (ProtocolError.BadMessage, h => (h with { Suites = [] }).Encode()),
            ["9 suites"] = (ProtocolError.BadMessage, h => (h with { Suites = Numbers(9) }).Encode()),
            ["a suite twice"] = (ProtocolError.BadMessage, h => (h with { Suites = [1, 1] }).Encode()),
            ["only suites that nobody knows"] = (ProtocolError.NothingInCommon, h => (h with { Suites = [UnknownNumber] }).Encode()),
            ["no share"] = (ProtocolError.BadMessage, h => (h with { Shares = [] }).Encode()),
            ["5 shares"] = (ProtocolError.BadMessage, h => (h with { Shares = [.. Numbers(5).Select(n => new Share((ushort)(UnknownNumber + n), [1]))] }).Encode()),
            ["a group twice"] = (ProtocolError.BadMessage, h => (h with { Shares = [h.Shares[0], h.Shares[0]] }).Encode()),
            ["only groups that nobody knows"] = (ProtocolError.NothingInCommon, h => (h with { Shares = [new Share(UnknownNumber, [1])] }).Encode()),
            ["a share one byte short"] = (ProtocolError.BadMessage, h => WithPublic(h, h.Shares[0].Public[..64])),
            ["a share one byte long"] = (ProtocolError.BadMessage, h => WithPublic(h, [.. h.Shares[0].Public, 0])),
            ["an empty share of an unknown group"] = (ProtocolError.BadMessage, h => WithMore(h, new Share(UnknownNumber, []))),
            ["a share of an unknown group of 2049 bytes"] = (ProtocolError.BadMessage, h => WithMore(h, new Share(UnknownNumber, new byte[2_049]))),
            ["a compressed share"] = (ProtocolError.BadShare, h => WithPublic(h, [0x02, .. h.Shares[0].Public[1..]])),
            ["a share that is not a point"] = (ProtocolError.BadShare, h => WithPublic(h, [.. h.Shares[0].Public[..64], (byte)(h.Shares[0].Public[64] ^ 1)])),
            ["a share of zeros"] = (ProtocolError.BadShare, h => WithPublic(h, [0x04, .. new byte[64]])),
            ["a share with a coordinate above the field"] = (ProtocolError.BadShare, h => WithPublic(h, PointAboveTheField())),
            ["no signature algorithm"] = (ProtocolError.BadMessage, h => (h with { Signatures = [] }).Encode()),
            ["9 signature algorithms"] = (ProtocolError.BadMessage, h => (h with { Signatures = Numbers(9) }).Encode()),
            ["a signature algorithm twice"] = (ProtocolError.BadMessage, h => (h with { Signatures = [0x0403, 0x0403] }).Encode()),
            ["no signature algorithm of the responder's key"] = (ProtocolError.NothingInCommon, h => (h with { Signatures = [0x0503, 0x0804, UnknownNumber] }).Encode()),
            ["a byte left over"] = (ProtocolError.BadMessage, h => Longer(h)),
            ["another type"] = (ProtocolError.UnexpectedMessage, h => Patch(h, 0, 0x02)),
            ["an unknown type"] = (ProtocolError.UnexpectedMessage, h => Patch(h, 0, 0x0F)),
            ["epoch 1"] = (ProtocolError.BadMessage, h => Patch(h, 1, 1)),
            ["a length above the maximum"] = (ProtocolError.TooLong, h => Patch(h, 3, 0x10)),
            ["an alert"] = (ProtocolError.AlertedByPeer, _ => [0x7F, 0, 0, 0, 0]),
            ["an alert with epoch 1"] = (ProtocolError.BadMessage, _ => [0x7F, 1, 0, 0, 0]),
        };

    private static ushort[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(i => (ushort)i)];

    private static byte[] Patch(InitiatorHello hello, int at, byte value)
    {
        byte[] record = hello.Encode();
        record[at] = value;
        return record;
    }

    private static byte[] Patch32(InitiatorHello hello, int at, uint value)
    {
        byte[] record = hello.Encode();
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(at), value);
        return record;
    }

    private static byte[] WithPublic(InitiatorHello hello, byte[] value) =>
        (hello with { Shares = [new Share(Group.P256.Id, value)] }).Encode();

    private static byte[] WithMore(InitiatorHello hello, Share share) => (hello with { Shares = [share, .. hello.Shares] }).Encode();

    // The length says so too: only the message's form is wrong.
    private static byte[] Longer(InitiatorHello hello)
    {
        byte[] record = [.. hello.Encode(), 0];
        record[4]++;
        return record;
    }

    // The point with X = 5, written as X + p: the same point modulo p, but not its one encoding.
    private static byte[] PointAboveTheField() =>
        Convert.FromHexString(
            "04" + "FFFFFFFF00000001000000000000000000000001000000000000000000000004"
            + "459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC");
}
