using FeBeRelay.Protocol;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>The answer to M1 at the initiator. The first byte is the record's type; the right binder or MAC is put behind M2 and refuse.</summary>
internal sealed class QuickModeAnswerTarget() : FuzzTarget("quick-mode-answer", MakeSeeds, allowance: 50_000)
{
    private static readonly TestAssociation Association = new(number: 1);

    public override int Run(byte[] input)
    {
        if (input.Length == 0 || input.Length > RecordTypes.MaxLength(RecordType.QuickModeResponse))
        {
            return 0;
        }
        using var initiator = new QuickModeInitiator(Association.Keys, 1, forwardSecrecy: false, FuzzNodes.InitiatorEntropy);
        byte[] m1 = initiator.Message[RecordHeader.Size..^Association.Keys.Suite.HashSize], binder1 = initiator.Message[^Association.Keys.Suite.HashSize..];
        byte[] body = input[1..];
        byte[] proof = (RecordType)input[0] switch
        {
            RecordType.QuickModeResponse => Binder2(m1, binder1, body),
            RecordType.Refuse when body.Length > 0 => QuickModeSchedule.RefuseMac(Association.Keys, m1, binder1, (ErrorCode)body[0]),
            _ => [],
        };
        try
        {
            initiator.Receive(FuzzNodes.Record((RecordType)input[0], [.. body, .. proof])).Dispose();
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private static byte[] Binder2(byte[] m1, byte[] binder1, byte[] m2)
    {
        using var schedule = new QuickModeSchedule(Association.Keys, agreed: null, chain: null);
        return schedule.Binder2(m1, binder1, m2);
    }

    private static byte[][] MakeSeeds()
    {
        using var initiator = new QuickModeInitiator(Association.Keys, 1, forwardSecrecy: false, FuzzNodes.InitiatorEntropy);
        QuickModeResponder responder = QuickModeResponder.Read(initiator.Message);
        responder.Authenticate(Association.Keys, new CounterWindow());
        (byte[] m2, ChannelSecrets secrets) = responder.Accept(Association.Keys, FuzzNodes.ResponderEntropy);
        secrets.Dispose();
        return
        [
            [(byte)RecordType.QuickModeResponse, .. m2[RecordHeader.Size..^Association.Keys.Suite.HashSize]],
            [(byte)RecordType.Refuse, (byte)ErrorCode.Busy],
            [(byte)RecordType.Unknown, .. responder.Unknown()[RecordHeader.Size..]],
        ];
    }
}
