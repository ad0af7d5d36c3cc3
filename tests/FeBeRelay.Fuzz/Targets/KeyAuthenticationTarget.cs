using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// R3 or R4 of a holder of a pre-shared key, sealed with the right key. Behind a first byte of 0 the input is the plaintext; behind another it is the holder's field, which is then
/// proved and authenticated with the right keys.
/// </summary>
internal sealed class KeyAuthenticationTarget : FuzzTarget
{
    private readonly Role _sender;
    private readonly byte[][] _records;
    private readonly MainModeKeys _keys;
    private readonly ReferenceSchedule _schedule;
    private readonly byte[] _instance;

    public KeyAuthenticationTarget(Role sender)
        : base($"pre-shared-key-{(sender == Role.Responder ? "responder" : "initiator")}", () => MakeSeeds(sender), allowance: 150_000)
    {
        _sender = sender;
        (byte[] r1, byte[] r2, byte[] r3, _) = FuzzKeyNodes.Run;
        _schedule = ScheduleOf(r1, r2);
        _instance = (sender == Role.Responder ? FuzzKeyNodes.Initiator : FuzzKeyNodes.Responder).Instance;
        (FixedEntropy entropy, byte[] peer) = sender == Role.Responder
            ? (FuzzNodes.InitiatorEntropy, ResponderHello.Decode(r2).Share.Public)
            : (FuzzNodes.ResponderEntropy, InitiatorHello.Decode(r1).Shares[0].Public);
        using var share = new KeyShare(Group.P256, entropy.CreateKeyPair(Group.P256));
        _keys = MainModeKeys.Agree(FuzzNodes.Suite, share, peer, r1, r2);
        _records = [r1, r2];
        if (sender == Role.Initiator)
        {
            _keys.Use(FuzzKeyNodes.Key);
            _records = [r1, r2, _keys.AuthenticateByKey(Role.Responder, FuzzKeyNodes.Responder.Instance)];
        }
    }

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        try
        {
            AuthenticatedPeer.VerifyByKey(_keys, _sender, RecordOf(input[0], input[1..]), [FuzzKeyNodes.Key], _instance);
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
            ? _schedule.Seal(_schedule.AuthenticationKey(_sender), type, content)
            : new ReferenceKeyAuthentication(_sender, FuzzKeyNodes.Key.Name, FuzzKeyNodes.Root) { Holder = _ => content }.Build(_schedule, _records);
    }

    private static ReferenceSchedule ScheduleOf(byte[] r1, byte[] r2)
    {
        using var own = new KeyShare(Group.P256, FuzzNodes.InitiatorEntropy.CreateKeyPair(Group.P256));
        using Secret agreed = own.Agree(ResponderHello.Decode(r2).Share.Public);
        return new ReferenceSchedule(FuzzNodes.Suite, agreed.Span.ToArray(), r1, r2);
    }

    private static byte[][] MakeSeeds(Role sender)
    {
        (byte[] r1, byte[] r2, byte[] r3, byte[] r4) = FuzzKeyNodes.Run;
        ReferenceSchedule schedule = ScheduleOf(r1, r2);
        byte[] plaintext = schedule.Open(schedule.AuthenticationKey(sender), sender == Role.Responder ? r3 : r4);
        byte[] holder = plaintext[..(2 + FuzzKeyNodes.Key.Name.Length + Limits.IdSize)];
        return [[0, .. plaintext], [1, .. holder]];
    }
}
