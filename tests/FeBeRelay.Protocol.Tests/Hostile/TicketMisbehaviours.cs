using System.Security.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Misbehaviour in a main mode by Kerberos (clauses 2.13, 2.14).</summary>
internal static class TicketMisbehaviours
{
    private const ushort Number = TicketAuthentication.Number;

    // SPNEGO and NTLM, as a client of Negotiate would send them; and a ticket's answer in the place of a ticket.
    private static readonly byte[] Spnego = [0x60, 0x0A, 0x06, 0x06, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x02, 0xA0, 0x00];
    private static readonly byte[] Ntlm = [.. "NTLMSSP\0"u8, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2];

    /// <summary>The same peers without a misbehaviour: what they break is right.</summary>
    public static IEnumerable<Reaction> Unbroken => [R3("", default, a => a).Play(), R4("", default, a => a).Play(), R5("", default, p => p).Play(), R6("", default, p => p).Play()];

    public static IEnumerable<Misbehaviour> All => [.. Choices(), .. Authentications(), .. Tokens(), .. Proofs(), .. Places()];

    private static IEnumerable<Misbehaviour> Choices()
    {
        Misbehaviour Of(string name, ProtocolError error, ushort[] signatures) => new(
            Role.Responder, "R2 by Kerberos", name, error,
            () => TicketStage.ToInitiator(p => (p.Hello = p.Hello with { Signatures = signatures }).Encode()));
        yield return Of("Kerberos and signatures", ProtocolError.BadMessage, [Number, 0x0403]);
        yield return Of("signatures and Kerberos", ProtocolError.BadMessage, [0x0403, Number]);
        yield return Of("Kerberos and a pre-shared key", ProtocolError.BadMessage, [Number, KeyGates.Number]);
        yield return Of("certificates, which were not offered", ProtocolError.NotOffered, [0x0403]);
        yield return Of("a pre-shared key, which was not offered", ProtocolError.NotOffered, [KeyGates.Number]);
    }

    private static IEnumerable<Misbehaviour> Authentications()
    {
        foreach ((string name, ProtocolError error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> change) in Broken())
        {
            yield return R4(name, error, change);
            yield return R3(name, error, change);
        }
        yield return new(Role.Initiator, "R4 by Kerberos", "certificates", ProtocolError.BadMessage, () => TicketStage.BehindHello((p, sent) =>
            p.MakeR4(sent[0], sent[1], sent[2], new ReferenceAuthentication(Role.Initiator, TestIdentity.Of(Role.Initiator)))));
        yield return new(Role.Responder, "R3 by Kerberos", "certificates", ProtocolError.BadMessage, () => TicketStage.ToInitiator(p =>
            [.. p.MakeR2(), .. p.MakeR3(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder)))]));
        yield return new(Role.Initiator, "R4 by Kerberos", "the responder's own R3, sent back", ProtocolError.CannotDecrypt, () => TicketStage.BehindHello((_, sent) =>
            [(byte)RecordType.InitiatorAuthentication, .. sent[2][1..]]));
    }

    private static IEnumerable<Misbehaviour> Tokens()
    {
        yield return R3("a token of the responder", ProtocolError.BadMessage, a => a with { Token = TicketStage.Realm.Answer(TicketStage.Ticket) });
        yield return R4("no token", ProtocolError.BadMessage, a => a with { Token = [] });
        yield return R4("a token of SPNEGO", ProtocolError.BadMessage, a => a with { Token = Spnego });
        yield return R4("a token of NTLM", ProtocolError.BadMessage, a => a with { Token = Ntlm });
        yield return R4("an answer in the place of a ticket", ProtocolError.BadMessage, a => a with { Token = TicketStage.Realm.Answer(TicketStage.Ticket) });
        yield return R4("an error in the place of a ticket", ProtocolError.BadMessage, a => a with { Token = TestRealm.Token(0x0300, new byte[16]) });
        yield return R4("a token with nothing in it", ProtocolError.BadMessage, a => a with { Token = TestRealm.Token(0x0100, []) });
        yield return R4("a token with a byte behind it", ProtocolError.BadMessage, a => a with { Token = [.. a.Token, 0] });
        yield return R4("a token that is cut", ProtocolError.BadMessage, a => a with { Token = a.Token[..^1] });
        yield return R4("a token of 20,001 bytes", ProtocolError.BadMessage, a => a with { Token = TestRealm.Token(0x0100, new byte[20_001 - 17]) });
        yield return R4("a record of 20,481 bytes", ProtocolError.TooLong, a => a with { Plaintext = p => [.. p, .. new byte[20_481 - 16 - p.Length]] });
    }

    private static IEnumerable<Misbehaviour> Proofs()
    {
        foreach ((string name, ProtocolError error, Func<ReferenceTicketProof, ReferenceTicketProof> change) in BrokenProofs())
        {
            yield return R6(name, error, change);
            yield return R5(name, error, change);
        }
        yield return R5("no token", ProtocolError.BadMessage, p => p with { Token = [] });
        yield return R5("a ticket in the place of its answer", ProtocolError.BadMessage, p => p with { Token = TicketStage.Ticket });
        yield return R5("an error in the place of its answer", ProtocolError.BadMessage, p => p with { Token = TestRealm.Token(0x0300, new byte[16]) });
        yield return R5("a token of SPNEGO", ProtocolError.BadMessage, p => p with { Token = Spnego });
        yield return R5("a token of 2,049 bytes", ProtocolError.BadMessage, p => p with { Token = TestRealm.Token(0x0200, new byte[2_049 - 17]) });
        yield return R5("a MIC without the token", ProtocolError.BadSignature, p => p with { Covered = c => [.. c[..^48], .. SHA384.HashData([])] });
        yield return R6("a token before the MIC", ProtocolError.BadMessage, p => p with { Token = TicketStage.Realm.Answer(TicketStage.Ticket) });
        yield return R6("the responder's own MIC, sent back", ProtocolError.BadSignature, p => p with { Sign = content => TicketStage.Realm.Mic(TicketStage.Ticket, Role.Responder, content) });
        yield return R5("the initiator's own direction of the MIC", ProtocolError.BadSignature, p => p with { Sign = content => TicketStage.Realm.Mic(TicketStage.Ticket, Role.Initiator, content) });
    }

    // What comes where a proof belongs.
    private static IEnumerable<Misbehaviour> Places()
    {
        foreach (RecordType type in (RecordType[])[RecordType.InitiatorHello, RecordType.InitiatorAuthentication, RecordType.Accept, RecordType.ResponderProof, RecordType.QuickModeRequest, RecordType.Data])
        {
            yield return new(Role.Initiator, "R6 by Kerberos", $"{type} in its place", ProtocolError.UnexpectedMessage, () => TicketStage.BehindTicket((_, _) => [(byte)type, 0, 0, 0, 16, .. new byte[16]]));
        }
        foreach (RecordType type in (RecordType[])[RecordType.ResponderHello, RecordType.ResponderAuthentication, RecordType.Accept, RecordType.Decline, RecordType.InitiatorProof, RecordType.QuickModeResponse])
        {
            yield return new(Role.Responder, "R5 by Kerberos", $"{type} in its place", ProtocolError.UnexpectedMessage, () => TicketStage.BehindRequest((_, _) => [(byte)type, 0, 0, 0, 16, .. new byte[16]]));
        }
        yield return new(Role.Initiator, "R6 by Kerberos", "an alert in its place", ProtocolError.AlertedByPeer, () => TicketStage.BehindTicket((_, _) => [(byte)RecordType.Alert, 0, 0, 0, 0]));
        yield return new(Role.Responder, "R5 by Kerberos", "an alert in its place", ProtocolError.AlertedByPeer, () => TicketStage.BehindRequest((_, _) => [(byte)RecordType.Alert, 0, 0, 0, 0]));
        yield return new(Role.Initiator, "R4 by Kerberos", "a proof in its place", ProtocolError.UnexpectedMessage, () => TicketStage.BehindHello((_, _) => [(byte)RecordType.InitiatorProof, 0, 0, 0, 16, .. new byte[16]]));
        yield return new(Role.Responder, "R3 by Kerberos", "a proof in its place", ProtocolError.UnexpectedMessage, () => TicketStage.ToInitiator(p => [.. p.MakeR2(), (byte)RecordType.ResponderProof, 0, 0, 0, 16, .. new byte[16]]));
    }

    private static IEnumerable<(string, ProtocolError, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication>)> Broken() =>
    [
        ("the number of a signature", ProtocolError.BadMessage, a => a with { TokenField = s => [0x04, 0x03, .. s[2..]] }),
        ("the number of a pre-shared key", ProtocolError.BadMessage, a => a with { TokenField = s => [0xFB, 0x01, .. s[2..]] }),
        ("a token longer than the record", ProtocolError.BadMessage, a => a with { TokenField = s => [.. s[..2], 0xFF, 0xFF, .. s[4..]] }),
        ("a count of one certificate", ProtocolError.BadMessage, a => a with { Holder = c => [1, .. c[1..]] }),
        ("an instance one byte short", ProtocolError.BadMessage, a => a with { Holder = c => c[..^1] }),
        ("this program's own instance", ProtocolError.Reflected, a => a with { Instance = TicketStage.OwnInstance }),
        ("a MAC with one bit wrong", ProtocolError.BadMac, a => a with { Mac = mac => Flip(mac, 0) }),
        ("a MAC of zeros", ProtocolError.BadMac, a => a with { Mac = mac => new byte[mac.Length] }),
        ("the MAC key of the other role", ProtocolError.BadMac, a => a with { MacRole = Other(a.Role) }),
        ("a MAC one byte short", ProtocolError.BadMessage, a => a with { Mac = mac => mac[..^1] }),
        ("a byte left over", ProtocolError.BadMessage, a => a with { Plaintext = p => [.. p, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, a => a with { Plaintext = _ => [] }),
        ("the key of the other role", ProtocolError.CannotDecrypt, a => a with { KeyRole = Other(a.Role) }),
    ];

    private static IEnumerable<(string, ProtocolError, Func<ReferenceTicketProof, ReferenceTicketProof>)> BrokenProofs() =>
    [
        ("the words of the other role", ProtocolError.BadSignature, p => p with { LabelRole = Other(p.Role) }),
        ("a MIC over another transcript", ProtocolError.BadSignature, p => p with { Covered = c => Flip(c, c.Length - 1) }),
        ("a MIC with one bit wrong", ProtocolError.BadSignature, p => p with { Plaintext = plain => Flip(plain, plain.Length - 1) }),
        ("a MIC of zeros", ProtocolError.BadSignature, p => p with { Sign = content => new byte[28] }),
        ("a MIC under the key of another ticket", ProtocolError.BadSignature, p => p with { Sign = content => TicketStage.Realm.Mic(TicketStage.Realm.Ask(), p.Role, content) }),
        ("a MIC one byte short", ProtocolError.BadMessage, p => p with { Plaintext = plain => plain[..^1] }),
        ("an empty MIC", ProtocolError.BadMessage, p => p with { Sign = _ => [] }),
        ("a byte left over", ProtocolError.BadMessage, p => p with { Plaintext = plain => [.. plain, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, p => p with { Plaintext = _ => [] }),
        ("the key of the other role", ProtocolError.CannotDecrypt, p => p with { KeyRole = Other(p.Role) }),
    ];

    private static Misbehaviour R3(string name, ProtocolError error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> change) => new(
        Role.Responder, "R3 by Kerberos", name, error,
        () => TicketStage.ToInitiator(p => [.. p.MakeR2(), .. p.MakeR3(change(new ReferenceTicketAuthentication(Role.Responder, [])))]));

    private static Misbehaviour R4(string name, ProtocolError error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> change) => new(
        Role.Initiator, "R4 by Kerberos", name, error,
        () => TicketStage.BehindHello((p, sent) => p.MakeR4(sent[0], sent[1], sent[2], change(new ReferenceTicketAuthentication(Role.Initiator, TicketStage.Ticket)))));

    private static Misbehaviour R5(string name, ProtocolError error, Func<ReferenceTicketProof, ReferenceTicketProof> change) => new(
        Role.Responder, "R5 by Kerberos", name, error,
        () => TicketStage.BehindRequest((p, r4) => p.MakeR5(r4, change(Good(Role.Responder)))));

    private static Misbehaviour R6(string name, ProtocolError error, Func<ReferenceTicketProof, ReferenceTicketProof> change) => new(
        Role.Initiator, "R6 by Kerberos", name, error,
        () => TicketStage.BehindTicket((p, sent) => p.MakeR6(sent, change(Good(Role.Initiator)))));

    private static ReferenceTicketProof Good(Role role) => new(
        role,
        role == Role.Responder ? TicketStage.Realm.Answer(TicketStage.Ticket) : null,
        content => TicketStage.Realm.Mic(TicketStage.Ticket, role, content));

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;
}
