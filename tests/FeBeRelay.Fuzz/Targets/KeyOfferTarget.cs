using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// R1 that offers a pre-shared key, at a responder that has it. Behind a first byte of 0 the input is the record; behind another its last gate is put right for what it is,
/// so that the hello passes the gate and only what it says is wrong.
/// </summary>
internal sealed class KeyOfferTarget() : FuzzTarget("pre-shared-key-offer", MakeSeeds, allowance: 100_000)
{
    private const int GateSize = 32;

    public override IReadOnlyList<byte[]> Words => [[0xFB, 0x01], [0xFB, 0x01, 0, GateSize]];

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        try
        {
            ResponderHelloReceived.Receive(FuzzKeyNodes.Responder, input[0] == 0 ? input[1..] : WithGate(input[1..])).Dispose();
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private static byte[] WithGate(byte[] record)
    {
        try
        {
            InitiatorHello hello = InitiatorHello.Decode(record);
            int at = record.Length - (1 + 2 * hello.Signatures.Length) - GateSize;
            if (hello.Gates is { Length: GateSize })
            {
                record.AsSpan(at, GateSize).Clear();
                ReferenceSchedule.Gate(FuzzKeyNodes.Root, record).CopyTo(record, at);
            }
        }
        catch (ProtocolException)
        {
            // It goes in as it is.
        }
        return record;
    }

    private static byte[][] MakeSeeds() => [[0, .. FuzzKeyNodes.Run.R1], [1, .. FuzzKeyNodes.Run.R1], [0, .. FuzzNodes.Run.R1]];
}
