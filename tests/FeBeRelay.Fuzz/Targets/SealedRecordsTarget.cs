using System.Buffers.Binary;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// Records of an authenticated peer that keeps no rule: each is sealed with the right key. The first byte says who receives (bit 0) and whether a stream is open already
/// (bit 1); then come <c>type u8, length u16, plaintext</c>.
/// </summary>
internal sealed class SealedRecordsTarget() : FuzzTarget("sealed-records", MakeSeeds, allowance: 100_000)
{
    private const int EntryHeader = 3;

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        Role receiver = input[0] % 2 == 0 ? Role.Responder : Role.Initiator;
        using var channel = new FuzzChannel(receiver);
        if (receiver == Role.Initiator && (input[0] & 2) != 0)
        {
            channel.Open();
        }
        int records = 0;
        try
        {
            for (ReadOnlySpan<byte> rest = input.AsSpan(1); rest.Length >= EntryHeader;)
            {
                var type = (RecordType)rest[0];
                int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), rest.Length - EntryHeader);
                byte[] record = channel.Seal(type, rest.Slice(EntryHeader, length));
                rest = rest[(EntryHeader + length)..];
                records++;
                channel.Core.Receiver.Receive(record, TimeSpan.Zero, out _);
            }
        }
        catch (ProtocolException)
        {
            // Declared; the channel is at its end.
        }
        return records;
    }

    private static byte[][] MakeSeeds()
    {
        byte[] open = Entry(RecordType.Open, RecordForger.PlaintextOfOpen(1, 2, "mail", [4, 10, 0, 0, 1, 0, 80], [0, 0, 0]));
        byte[] data = Entry(RecordType.Data, [1, 2, 3]), end = Entry(RecordType.End, [0, 0, 0, 1]), close = Entry(RecordType.Close, []);
        byte[] update = Entry(RecordType.KeyUpdate, [0]), park = Entry(RecordType.KeyUpdate, [1]), confirm = Entry(RecordType.Confirm, []);
        byte[] abort = Entry(RecordType.Abort, [0, 0, 0, 1, (byte)ErrorCode.Reset]), ask = Entry(RecordType.Ask, [(byte)AskKind.Keys]);
        return
        [
            [0, .. open, .. data, .. update, .. data, .. end],
            [0, .. confirm, .. open, .. end, .. park],
            [0, .. open, .. abort],
            [0, .. close],
            [3, .. data, .. ask, .. update, .. end],
            [3, .. abort],
            [1, .. ask, .. park],
            [0, .. Entry(RecordType.QuickModeRequest, new byte[100])],
        ];
    }

    private static byte[] Entry(RecordType type, byte[] plaintext) => [(byte)type, (byte)(plaintext.Length >> 8), (byte)plaintext.Length, .. plaintext];
}
