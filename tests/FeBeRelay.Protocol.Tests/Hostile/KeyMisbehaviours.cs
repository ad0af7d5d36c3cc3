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
        foreach (BrokenOffer offer in BrokenOffers(KeyStage.Root, KeyStage.OtherRoot))
        {
            yield return new(Role.Initiator, "R1 by a pre-shared key", offer.Name, offer.Error, () => KeyStage.Hello(offer));
        }
        yield return new(Role.Initiator, "R1 by a pre-shared key", "a hello recorded elsewhere, and an R4 without its secret", ProtocolError.CannotDecrypt, () => KeyStage.BehindHello((p, r1, r2, r3) =>
        {
            using var stranger = new ReferenceInitiator();
            return stranger.MakeR4(r1, r2, r3, Good(Role.Initiator));
        }));
    }

    /// <summary>Offers that break one rule each, of a good one with one share and one gate. The vectors hold them too.</summary>
    public static IEnumerable<BrokenOffer> BrokenOffers(byte[] root, byte[] other) =>
    [
        new("the gate of another key", ProtocolError.IdentityRefused, Same, other, Same),
        new("a gate of zeros", ProtocolError.IdentityRefused, Same, root, r1 => [.. r1[..^35], .. new byte[32], .. r1[^3..]]),
        new("one bit of the gate wrong", ProtocolError.IdentityRefused, Same, root, r1 => Flip(r1, r1.Length - 4)),
        new("another nonce behind a good gate", ProtocolError.IdentityRefused, Same, root, r1 => Flip(r1, RecordHeader.Size + 3)),
        new("another demand behind a good gate", ProtocolError.IdentityRefused, Same, root, r1 => Flip(r1, RecordHeader.Size + 3 + Limits.NonceSize)),
        new("another share behind a good gate", ProtocolError.IdentityRefused, Same, root, r1 => Flip(r1, r1.Length - 3 - 32 - 4 - 1)),
        new("a key without gates", ProtocolError.BadMessage, h => h with { Shares = h.Shares[..1] }, root, Same),
        new("gates without a key", ProtocolError.BadMessage, h => h with { Signatures = [0x0403] }, root, Same),
        new("gates before a share", ProtocolError.BadMessage, h => h with { Shares = [.. h.Shares.Reverse()] }, root, Same),
        new("gates twice", ProtocolError.BadMessage, h => h with { Shares = [.. h.Shares, h.Shares[^1]] }, root, Same),
        new("five gates", ProtocolError.BadMessage, h => h with { Shares = [h.Shares[0], KeyGates.Room(5)] }, root, Same),
        new("no gate", ProtocolError.BadMessage, h => h with { Shares = [h.Shares[0], KeyGates.Room(0)] }, root, Same),
        new("a gate of 31 bytes", ProtocolError.BadMessage, h => h with { Shares = [h.Shares[0], new Share(Number, new byte[31])] }, root, Same),
        new("a gate of 33 bytes", ProtocolError.BadMessage, h => h with { Shares = [h.Shares[0], new Share(Number, new byte[33])] }, root, Same),
        new("certificates only", ProtocolError.NothingInCommon, h => h with { Shares = h.Shares[..1], Signatures = [0x0403] }, root, Same),
    ];

    private static IEnumerable<Misbehaviour> Choices() => BrokenChoices.Select(choice => new Misbehaviour(
        Role.Responder, "R2 by a pre-shared key", choice.Name, choice.Error,
        () => KeyStage.ToInitiator(p => (p.Hello = p.Hello with { Signatures = choice.Signatures }).Encode())));

    /// <summary>Answers to an initiator that offers a pre-shared key and nothing else. The vectors hold them too.</summary>
    public static IEnumerable<(string Name, ProtocolError Error, ushort[] Signatures)> BrokenChoices =>
    [
        ("a pre-shared key and signatures", ProtocolError.BadMessage, [Number, 0x0403]),
        ("signatures and a pre-shared key", ProtocolError.BadMessage, [0x0403, Number]),
        ("certificates, which were not offered", ProtocolError.NotOffered, [0x0403]),
        ("a method that nobody knows", ProtocolError.NotOffered, [0xFB7F]),
        ("no method", ProtocolError.BadMessage, []),
    ];

    private static IEnumerable<Misbehaviour> Proofs()
    {
        foreach ((string name, ProtocolError error, Func<ReferenceKeyAuthentication, ReferenceKeyAuthentication> change) in BrokenProofs(KeyStage.OtherRoot, KeyStage.OwnInstance))
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

    /// <summary>R3 and R4 that break one rule each. The vectors hold them too.</summary>
    /// <param name="other"><c>K0</c> of another key by the right one's name.</param>
    /// <param name="instance">The receiver's own.</param>
    public static IEnumerable<(string Name, ProtocolError Error, Func<ReferenceKeyAuthentication, ReferenceKeyAuthentication> Change)> BrokenProofs(byte[] other, byte[] instance) =>
    [
        ("the proof of another key", ProtocolError.BadSignature, a => a with { Root = other }),
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
        ("its receiver's own instance", ProtocolError.Reflected, a => a with { Instance = instance }),
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

    private static T Same<T>(T value) => value;

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;
}
