using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>This program's end of a main mode by Kerberos, and a hostile one; both get what they ask of the realm.</summary>
internal static class TicketStage
{
    public static readonly TestRealm Realm = new();

    /// <summary>The ticket of either end.</summary>
    public static readonly byte[] Ticket = Realm.Ask();

    /// <summary>What this program's end is known by.</summary>
    public static readonly byte[] OwnInstance = [.. Enumerable.Repeat((byte)0x5A, Limits.IdSize)];

    private static readonly byte[] Preface = Wire.Preface.Bytes.ToArray();

    /// <summary>A good hello, then R4 in answer to the responder.</summary>
    public static Reaction BehindHello(Func<ReferenceInitiator, byte[][], byte[]> answer)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Hello(peer);
        return HandshakeStage.Play(Responder(), [_ => [.. Preface, .. r1], sent => answer(peer, Greeting(r1, sent))], answer: Answer);
    }

    /// <summary>A good hello and R4, then R6 in answer to R5.</summary>
    public static Reaction BehindTicket(Func<ReferenceInitiator, byte[][], byte[]> answer)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Hello(peer);
        byte[][] records = [];
        return HandshakeStage.Play(Responder(),
        [
            _ => [.. Preface, .. r1],
            sent =>
            {
                records = Greeting(r1, sent);
                records = [.. records, peer.MakeR4(records[0], records[1], records[2], new ReferenceTicketAuthentication(Role.Initiator, Ticket))];
                return records[3];
            },
            sent => answer(peer, [.. records, sent]),
        ], answer: Answer);
    }

    /// <summary>What comes in answer to an initiator that offers Kerberos, and nothing else.</summary>
    public static Reaction ToInitiator(Func<ReferenceResponder, byte[]> answer)
    {
        using InitiatorNegotiation end = Initiator();
        return HandshakeStage.Play(end, [sent =>
        {
            using ReferenceResponder peer = Greet(sent);
            return [.. Preface, .. answer(peer)];
        }], answer: Answer);
    }

    /// <summary>A good R2 and R3, then R5 in answer to R4.</summary>
    public static Reaction BehindRequest(Func<ReferenceResponder, byte[], byte[]> answer)
    {
        using InitiatorNegotiation end = Initiator();
        ReferenceResponder? peer = null;
        return HandshakeStage.Play(end,
        [
            sent =>
            {
                peer = Greet(sent);
                return [.. Preface, .. peer.MakeR2(), .. peer.MakeR3(new ReferenceTicketAuthentication(Role.Responder, []))];
            },
            sent => answer(peer!, sent),
        ], answer: Answer);
    }

    private static byte[] Hello(ReferenceInitiator peer)
    {
        peer.Hello = peer.Hello with { Signatures = [TicketAuthentication.Number] };
        return peer.Hello.Encode();
    }

    private static byte[][] Greeting(byte[] r1, byte[] sent)
    {
        (byte[] r2, byte[] r3) = MainModeRun.Split(sent[Preface.Length..]);
        return [r1, r2, r3];
    }

    private static ReferenceResponder Greet(byte[] sent)
    {
        var peer = new ReferenceResponder(sent[Preface.Length..]);
        peer.Hello = peer.Hello with { Signatures = [TicketAuthentication.Number] };
        return peer;
    }

    private static bool Answer(NegotiationBase end)
    {
        switch (end)
        {
            case InitiatorNegotiation { Status: NegotiationStatus.NeedsTicket } initiator:
                initiator.SendTicket(Ticket);
                return true;
            case InitiatorNegotiation { Status: NegotiationStatus.NeedsContext } initiator:
                initiator.Proceed(Realm.ForClient(Ticket));
                return true;
            case ResponderNegotiation { Status: NegotiationStatus.NeedsContext } responder:
                responder.Proceed(Realm.ForService(Ticket), Realm.Answer(Ticket));
                return true;
            case ResponderNegotiation { Status: NegotiationStatus.NeedsVerdict } responder:
                responder.Accept(VerifiedPeer.Of(responder.PeerTicket!), MainModeRun.Id, Protocol.Handshake.Answer.Protected, Fate.None, Lifetimes.Default);
                return true;
            default:
                return false;
        }
    }

    private static InitiatorNegotiation Initiator() =>
        InitiatorNegotiation.WithMainMode(Settings(Role.Initiator), Demand.Require, forwardSecrecy: true, TimeSpan.Zero);

    private static ResponderNegotiation Responder() => new(Settings(Role.Responder), TimeSpan.Zero);

    private static MainModeSettings Settings(Role role) => MainModeRun.Settings(role) with { Methods = [MainModeMethod.Kerberos], Instance = OwnInstance };
}
