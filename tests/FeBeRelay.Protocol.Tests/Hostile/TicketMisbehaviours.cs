using System.Security.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Misbehaviour in a main mode by Kerberos (clauses 2.13, 2.14).</summary>
internal static class TicketMisbehaviours
{
    private static readonly BrokenTickets Broken = new(
        TicketStage.Ticket,
        TicketStage.Realm.Answer(TicketStage.Ticket),
        TicketStage.OwnInstance,
        (role, content) => TicketStage.Realm.Mic(TicketStage.Ticket, role, content),
        (role, content) => TicketStage.Realm.Mic(TicketStage.Realm.Ask(), role, content));

    /// <summary>The same peers without a misbehaviour: what they break is right.</summary>
    public static IEnumerable<Reaction> Unbroken => [R3("", default, a => a).Play(), R4("", default, a => a).Play(), R5("", default, p => p).Play(), R6("", default, p => p).Play()];

    public static IEnumerable<Misbehaviour> All => [.. Choices(), .. Authentications(), .. Tokens(), .. Proofs(), .. Places()];

    private static IEnumerable<Misbehaviour> Choices() => BrokenTickets.Choices.Select(choice => new Misbehaviour(
        Role.Responder, "R2 by Kerberos", choice.Name, choice.Error,
        () => TicketStage.ToInitiator(p => (p.Hello = p.Hello with { Signatures = choice.Signatures }).Encode())));

    private static IEnumerable<Misbehaviour> Authentications()
    {
        foreach ((Role role, string name, ProtocolError error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> change) in Broken.Authentications)
        {
            yield return role == Role.Initiator ? R4(name, error, change) : R3(name, error, change);
        }
        yield return new(Role.Initiator, "R4 by Kerberos", "certificates", ProtocolError.BadMessage, () => TicketStage.BehindHello((p, sent) =>
            p.MakeR4(sent[0], sent[1], sent[2], new ReferenceAuthentication(Role.Initiator, TestIdentity.Of(Role.Initiator)))));
        yield return new(Role.Responder, "R3 by Kerberos", "certificates", ProtocolError.BadMessage, () => TicketStage.ToInitiator(p =>
            [.. p.MakeR2(), .. p.MakeR3(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder)))]));
        yield return new(Role.Initiator, "R4 by Kerberos", "the responder's own R3, sent back", ProtocolError.CannotDecrypt, () => TicketStage.BehindHello((_, sent) =>
            [(byte)RecordType.InitiatorAuthentication, .. sent[2][1..]]));
    }

    // Too large for vectors.
    private static IEnumerable<Misbehaviour> Tokens()
    {
        yield return R4("a token of 20,001 bytes", ProtocolError.BadMessage, a => a with { Token = TestRealm.Token(0x0100, new byte[20_001 - 17]) });
        yield return R4("a record of 20,481 bytes", ProtocolError.TooLong, a => a with { Plaintext = p => [.. p, .. new byte[20_481 - 16 - p.Length]] });
    }

    private static IEnumerable<Misbehaviour> Proofs()
    {
        foreach ((Role role, string name, ProtocolError error, Func<ReferenceTicketProof, ReferenceTicketProof> change) in Broken.Proofs)
        {
            yield return role == Role.Initiator ? R6(name, error, change) : R5(name, error, change);
        }
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
}
