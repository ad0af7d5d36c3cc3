using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>Accept or decline at the initiator, sealed with the right key. The first byte is the record's type.</summary>
internal sealed class VerdictTarget() : FuzzTarget("verdict", MakeSeeds, allowance: 50_000)
{
    private static readonly InitiatorContext Context = new(FuzzNodes.Initiator, InitiatorHello.Decode(FuzzNodes.Run.R1), Group.P256);

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        using var key = MainModeKeys.AcceptKey(FuzzNodes.Suite, FuzzNodes.Run.Initiator.MS);
        using var awaiting = new InitiatorAwaitingAccept(
            Context, FuzzNodes.Suite, new Secret(FuzzNodes.Run.Initiator.MS.Span), TestIdentity.Of(Role.Responder).Verified, []);
        try
        {
            awaiting.Receive(HandshakeCipher.Seal(FuzzNodes.Suite, key, (RecordType)input[0], input.AsSpan(1))).MS.Dispose();
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private static byte[][] MakeSeeds()
    {
        using var key = MainModeKeys.AcceptKey(FuzzNodes.Suite, FuzzNodes.Run.Initiator.MS);
        byte[] accept = HandshakeCipher.Open(FuzzNodes.Suite, key, FuzzNodes.Run.Accept);
        return [[(byte)RecordType.Accept, .. accept], [(byte)RecordType.Decline, (byte)ErrorCode.NotAuthorised]];
    }
}
