using FeBeRelay.Protocol;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>M1 of a new channel at the responder. The right binder is put behind it, unless the first byte is odd.</summary>
internal sealed class QuickModeRequestTarget() : FuzzTarget("quick-mode-request", MakeSeeds, allowance: 50_000)
{
    private static readonly TestAssociation Association = new(number: 1);

    public override int Run(byte[] input)
    {
        if (input.Length == 0 || input.Length > RecordTypes.MaxLength(RecordType.QuickModeRequest))
        {
            return 0;
        }
        byte[] m1 = input[1..];
        byte[] binder = input[0] % 2 == 0 ? QuickModeSchedule.Binder1(Association.Keys, m1) : [];
        try
        {
            QuickModeResponder responder = QuickModeResponder.Read(FuzzNodes.Record(RecordType.QuickModeRequest, [.. m1, .. binder]));
            responder.Authenticate(Association.Keys, new CounterWindow());
            if (responder.LacksDemandedShare(ownDemand: input[0] > 1))
            {
                responder.Refuse(Association.Keys, ErrorCode.NegotiationFailed);
            }
            else
            {
                responder.Accept(Association.Keys, FuzzNodes.ResponderEntropy).Secrets.Dispose();
            }
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private static byte[][] MakeSeeds() => [M1(forwardSecrecy: true), M1(forwardSecrecy: false)];

    private static byte[] M1(bool forwardSecrecy)
    {
        using var initiator = new QuickModeInitiator(Association.Keys, 1, forwardSecrecy, FuzzNodes.InitiatorEntropy);
        return [0, .. initiator.Message[RecordHeader.Size..^Association.Keys.Suite.HashSize]];
    }
}
