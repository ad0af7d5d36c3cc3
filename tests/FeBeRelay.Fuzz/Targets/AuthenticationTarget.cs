using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// R3 at the initiator or R4 at the responder, sealed with the right key. Behind a first byte of 0 the input is the plaintext; behind another it is the certificates, which
/// are then signed and authenticated with the right keys, so that only what they are is wrong.
/// </summary>
internal sealed class AuthenticationTarget : FuzzTarget
{
    private readonly Role _sender;
    private readonly byte[][] _records;
    private readonly MainModeKeys _keys;
    private readonly LocalIdentity _receiver;

    public AuthenticationTarget(Role sender)
        : base(sender == Role.Responder ? "responder-authentication" : "initiator-authentication", () => MakeSeeds(sender), allowance: 150_000)
    {
        _sender = sender;
        MainModeRun run = FuzzNodes.Run;
        _receiver = TestIdentity.Of(sender == Role.Responder ? Role.Initiator : Role.Responder).Local;
        (FixedEntropy entropy, byte[] peer) = sender == Role.Responder
            ? (FuzzNodes.InitiatorEntropy, ResponderHello.Decode(run.R2).Share.Public)
            : (FuzzNodes.ResponderEntropy, InitiatorHello.Decode(run.R1).Shares[0].Public);
        using var share = new KeyShare(Group.P256, entropy.CreateKeyPair(Group.P256));
        _keys = MainModeKeys.Agree(FuzzNodes.Suite, share, peer, run.R1, run.R2);
        _records = sender == Role.Responder ? [run.R1, run.R2] : [run.R1, run.R2, _keys.Authenticate(Role.Responder, TestIdentity.Of(Role.Responder).Local)];
    }

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        try
        {
            AuthenticatedPeer.Verify(_keys, _sender, RecordOf(input[0], input[1..]), _receiver);
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private byte[] RecordOf(byte kind, byte[] content)
    {
        RecordType type = _sender == Role.Responder ? RecordType.ResponderAuthentication : RecordType.InitiatorAuthentication;
        return kind == 0
            ? FuzzNodes.Schedule.Seal(FuzzNodes.Schedule.AuthenticationKey(_sender), type, content)
            : new ReferenceAuthentication(_sender, TestIdentity.Of(_sender)) { Certificates = _ => content }.Build(FuzzNodes.Schedule, _records);
    }

    private static byte[][] MakeSeeds(Role sender)
    {
        byte[] record = sender == Role.Responder ? FuzzNodes.Run.R3 : FuzzNodes.Run.R4;
        byte[] plaintext = FuzzNodes.Schedule.Open(FuzzNodes.Schedule.AuthenticationKey(sender), record);
        byte[] leaf = TestIdentity.Of(sender).Leaf;
        byte[] certificates = Authentication.EncodeCertificates([leaf]);
        return [[0, .. plaintext], [1, .. certificates], [1, .. Authentication.EncodeCertificates([leaf, leaf, leaf])]];
    }
}
