using System.Buffers.Binary;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Misbehaviour in a main mode by a pre-shared key (clauses 2.11, 2.12).</summary>
internal static class KeyMisbehaviours
{
    private const ushort Number = KeyGates.Number;

    public static IEnumerable<Misbehaviour> All => [.. Offers(), .. Choices(), .. Proofs()];

    private static IEnumerable<Misbehaviour> Offers()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<Reaction> play) => new(Role.Initiator, "R1 by a pre-shared key", name, error, play);
        yield return Of("the gate of another key", ProtocolError.IdentityRefused, () => KeyStage.Hello(root: KeyStage.OtherRoot));
        yield return Of("a gate of zeros", ProtocolError.IdentityRefused, () => KeyStage.Hello(then: r1 => [.. r1[..^35], .. new byte[32], .. r1[^3..]]));
        yield return Of("one bit of the gate wrong", ProtocolError.IdentityRefused, () => KeyStage.Hello(then: r1 => Flip(r1, r1.Length - 4)));
        yield return Of("another nonce behind a good gate", ProtocolError.IdentityRefused, () => KeyStage.Hello(then: r1 => Flip(r1, RecordHeader.Size + 3)));
        yield return Of("another demand behind a good gate", ProtocolError.IdentityRefused, () => KeyStage.Hello(then: r1 => Flip(r1, RecordHeader.Size + 3 + Limits.NonceSize)));
        yield return Of("another share behind a good gate", ProtocolError.IdentityRefused, () => KeyStage.Hello(then: r1 => Flip(r1, r1.Length - 3 - 32 - 4 - 1)));
        yield return Of("a key without gates", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = h.Shares[..1] }));
        yield return Of("gates without a key", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Signatures = [0x0403] }));
        yield return Of("gates before a share", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [.. h.Shares.Reverse()] }));
        yield return Of("gates twice", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [.. h.Shares, h.Shares[^1]] }));
        yield return Of("five gates", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [h.Shares[0], KeyGates.Room(5)] }));
        yield return Of("no gate", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [h.Shares[0], KeyGates.Room(0)] }));
        yield return Of("a gate of 31 bytes", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [h.Shares[0], new Share(Number, new byte[31])] }));
        yield return Of("a gate of 33 bytes", ProtocolError.BadMessage, () => KeyStage.Hello(h => h with { Shares = [h.Shares[0], new Share(Number, new byte[33])] }));
        yield return Of("certificates only", ProtocolError.NothingInCommon, () => KeyStage.Hello(h => h with { Shares = h.Shares[..1], Signatures = [0x0403] }));
        yield return Of("a hello recorded elsewhere, and an R4 without its secret", ProtocolError.CannotDecrypt, () => KeyStage.BehindHello((p, r1, r2, r3) =>
        {
            using var stranger = new ReferenceInitiator();
            return stranger.MakeR4(r1, r2, r3, Good(Role.Initiator));
        }));
    }

    private static IEnumerable<Misbehaviour> Choices()
    {
        Misbehaviour Of(string name, ProtocolError error, ushort[] signatures) => new(
            Role.Responder, "R2 by a pre-shared key", name, error,
            () => KeyStage.ToInitiator(p => (p.Hello = p.Hello with { Signatures = signatures }).Encode()));
        yield return Of("a pre-shared key and signatures", ProtocolError.BadMessage, [Number, 0x0403]);
        yield return Of("signatures and a pre-shared key", ProtocolError.BadMessage, [0x0403, Number]);
        yield return Of("certificates, which were not offered", ProtocolError.NotOffered, [0x0403]);
        yield return Of("a method that nobody knows", ProtocolError.NotOffered, [0xFB7F]);
        yield return Of("no method", ProtocolError.BadMessage, []);
    }

    private static IEnumerable<Misbehaviour> Proofs()
    {
        foreach ((string name, ProtocolError error, Func<ReferenceKeyAuthentication, ReferenceKeyAuthentication> change) in BrokenProofs())
        {
            yield return new(Role.Initiator, "R4 by a pre-shared key", name, error, () => KeyStage.BehindHello((p, r1, r2, r3) => p.MakeR4(r1, r2, r3, change(Good(Role.Initiator)))));
            yield return new(Role.Responder, "R3 by a pre-shared key", name, error, () => KeyStage.ToInitiator(p => [.. p.MakeR2(), .. p.MakeR3(change(Good(Role.Responder)))]));
        }
        yield return new(Role.Initiator, "R4 by a pre-shared key", "certificates", ProtocolError.BadMessage, () => KeyStage.BehindHello((p, r1, r2, r3) =>
            p.MakeR4(r1, r2, r3, new ReferenceAuthentication(Role.Initiator, TestIdentity.Of(Role.Initiator)))));
        yield return new(Role.Responder, "R3 by a pre-shared key", "certificates", ProtocolError.BadMessage, () => KeyStage.ToInitiator(p =>
            [.. p.MakeR2(), .. p.MakeR3(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder)))]));
        yield return new(Role.Initiator, "R4 by a pre-shared key", "the responder's own proof, sent back", ProtocolError.CannotDecrypt, () => KeyStage.BehindHello((_, _, _, r3) =>
            [(byte)RecordType.InitiatorAuthentication, .. r3[1..]]));
    }

    private static IEnumerable<(string, ProtocolError, Func<ReferenceKeyAuthentication, ReferenceKeyAuthentication>)> BrokenProofs() =>
    [
        ("the proof of another key", ProtocolError.BadSignature, a => a with { Root = KeyStage.OtherRoot }),
        ("the proof of the other role", ProtocolError.BadSignature, a => a with { ProofRole = Other(a.Role) }),
        ("a proof over another transcript", ProtocolError.BadSignature, a => a with { Transcript = hash => Flip(hash, 0) }),
        ("one bit of the proof wrong", ProtocolError.BadSignature, a => a with { ProofField = s => Flip(s, s.Length - 1) }),
        ("a proof of zeros", ProtocolError.BadSignature, a => a with { ProofField = s => [.. s[..4], .. new byte[s.Length - 4]] }),
        ("a proof one byte short", ProtocolError.BadMessage, a => a with { ProofField = s => [.. s[..3], (byte)(s[3] - 1), .. s[4..^1]] }),
        ("an empty proof", ProtocolError.BadMessage, a => a with { ProofField = s => [.. s[..2], 0, 0] }),
        ("a proof longer than the record", ProtocolError.BadMessage, a => a with { ProofField = s => [.. s[..2], 0xFF, 0xFF, .. s[4..]] }),
        ("the number of a signature", ProtocolError.BadMessage, a => a with { ProofField = s => [0x04, 0x03, .. s[2..]] }),
        ("another key's name", ProtocolError.NotOffered, a => a with { KeyName = "plant8" }),
        ("the key's name in capitals", ProtocolError.NotOffered, a => a with { KeyName = "PLANT7" }),
        ("an empty name", ProtocolError.NotOffered, a => a with { KeyName = "" }),
        ("a name longer than the record", ProtocolError.BadMessage, a => a with { Holder = c => [c[0], 0xFF, .. c[2..]] }),
        ("a count of one certificate", ProtocolError.BadMessage, a => a with { Holder = c => [1, .. c[1..]] }),
        ("an instance one byte short", ProtocolError.BadMessage, a => a with { Holder = c => c[..^1] }),
        ("this program's own instance", ProtocolError.Reflected, a => a with { Instance = KeyStage.OwnInstance }),
        ("a MAC with one bit wrong", ProtocolError.BadMac, a => a with { Mac = mac => Flip(mac, 0) }),
        ("a MAC of zeros", ProtocolError.BadMac, a => a with { Mac = mac => new byte[mac.Length] }),
        ("the MAC key of the other role", ProtocolError.BadMac, a => a with { MacRole = Other(a.Role) }),
        ("a MAC one byte short", ProtocolError.BadMessage, a => a with { Mac = mac => mac[..^1] }),
        ("a byte left over", ProtocolError.BadMessage, a => a with { Plaintext = p => [.. p, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, a => a with { Plaintext = _ => [] }),
        ("the key of the other role", ProtocolError.CannotDecrypt, a => a with { KeyRole = Other(a.Role) }),
    ];

    private static ReferenceKeyAuthentication Good(Role role) => new(role, KeyStage.Name, KeyStage.Root) { Instance = RandomNumberGenerator.GetBytes(Limits.IdSize) };

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;
}
