using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>Bytes in a channel as an attacker in between makes them: whole records, changed after they were sealed.</summary>
internal sealed class RecordsTarget() : FuzzTarget("records", MakeSeeds, allowance: 50_000)
{
    public override int Run(byte[] input)
    {
        using var channel = new FuzzChannel(Role.Responder);
        Span<byte> rest = input;
        int records = 0;
        try
        {
            while (channel.Core.Receiver.Receive(rest, TimeSpan.Zero, out ReceivedRecord record) == 0)
            {
                rest = rest[record.Consumed..];
                records++;
            }
        }
        catch (ProtocolException)
        {
            records++;
        }
        return records;
    }

    private static byte[][] MakeSeeds()
    {
        using var channel = new FuzzChannel(Role.Responder);
        byte[] open = channel.Seal(RecordType.Open, Testing.Channels.RecordForger.PlaintextOfOpen(1, 2, "mail", [0, 0, 0], [0, 0, 0]));
        byte[] data = channel.Seal(RecordType.Data, new byte[100]);
        byte[] update = channel.Seal(RecordType.KeyUpdate, [0]);
        byte[] end = channel.Seal(RecordType.End, [0, 0, 0, 1]);
        return [[.. open], [.. open, .. data], [.. open, .. data, .. update, .. end]];
    }
}
