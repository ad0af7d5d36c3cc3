using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// Messages of a main mode by Kerberos, sealed with the right key. The first byte says which: 0 the plaintext of R4, 1 its token field with a right MAC, 2 the plaintext of R5, 3 that of R6.
/// </summary>
internal sealed class TicketTarget : FuzzTarget
{
    private static readonly byte[] Instance = [.. Enumerable.Repeat((byte)1, Limits.IdSize)];
    private static readonly byte[] Mic = new byte[28];

    private readonly byte[] _r1;
    private readonly byte[] _r2;
    private readonly byte[] _peer;
    private readonly ReferenceSchedule _schedule;

    public TicketTarget()
        : base("kerberos-messages", MakeSeeds, allowance: 150_000)
    {
        (_r1, _r2, _, _) = FuzzKeyNodes.Run;
        _peer = ResponderHello.Decode(_r2).Share.Public;
        using KeyShare own = Own();
        using Secret agreed = own.Agree(_peer);
        _schedule = new ReferenceSchedule(FuzzNodes.Suite, agreed.Span.ToArray(), _r1, _r2);
    }

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        using KeyShare own = Own();
        using MainModeKeys keys = MainModeKeys.Agree(FuzzNodes.Suite, own, _peer, _r1, _r2);
        try
        {
            Take(keys, input[0] % 4, input[1..]);
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }

    private void Take(MainModeKeys keys, int kind, byte[] content)
    {
        switch (kind)
        {
            case 0:
                keys.TakeToken(Role.Initiator, _schedule.Seal(_schedule.AuthenticationKey(Role.Initiator), RecordType.InitiatorAuthentication, content), Instance);
                break;
            case 1:
                keys.TakeToken(Role.Initiator, new ReferenceTicketAuthentication(Role.Initiator, []) { TokenField = _ => content }.Build(_schedule, _r1, _r2), Instance);
                break;
            case 2:
                keys.OpenProof(Role.Responder, _schedule.Seal(_schedule.ProofKey(Role.Responder), RecordType.ResponderProof, content));
                break;
            default:
                keys.OpenProof(Role.Initiator, _schedule.Seal(_schedule.ProofKey(Role.Initiator), RecordType.InitiatorProof, content));
                break;
        }
    }

    private static KeyShare Own() => new(Group.P256, FuzzNodes.InitiatorEntropy.CreateKeyPair(Group.P256));

    private static byte[][] MakeSeeds()
    {
        byte[] request = TestRealm.Token(0x0100, new byte[300]);
        byte[] answer = TestRealm.Token(0x0200, new byte[120]);
        byte[] field = [0xFB, 0x02, (byte)(request.Length >> 8), (byte)request.Length, .. request];
        return
        [
            [0, 0, .. new byte[Limits.IdSize], .. field, .. new byte[FuzzNodes.Suite.HashSize]],
            [1, .. field],
            [2, (byte)(answer.Length >> 8), (byte)answer.Length, .. answer, (byte)Mic.Length, .. Mic],
            [3, (byte)Mic.Length, .. Mic],
        ];
    }
}
