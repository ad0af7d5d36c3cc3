using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Testing.Handshake;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Main mode by Kerberos (clauses 2.13, 2.14, 7.5), with a realm in memory.</summary>
public sealed class KerberosTests
{
    private static readonly byte[] InitiatorNonce = RecordedEntropy.NewNonce();
    private static readonly byte[] ResponderNonce = RecordedEntropy.NewNonce();
    private static readonly ECParameters InitiatorShare = RecordedEntropy.NewKey(Group.P256);
    private static readonly ECParameters ResponderShare = RecordedEntropy.NewKey(Group.P256);
    private static readonly TestRealm Realm = new();
    private static readonly byte[] Ticket = Realm.Ask();
    private static readonly byte[] Answered = Realm.Answer(Ticket);
    private static readonly PreSharedKey Plant = new("plant7", [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7 + 1))]);
    private static readonly MainModeSettings RecordedInitiator = Node(Role.Initiator, MainModeMethod.Kerberos);
    private static readonly MainModeSettings RecordedResponder = Node(Role.Responder, MainModeMethod.Kerberos);

    [Theory]
    [InlineData("aes256-gcm")]
    [InlineData("aes128-gcm")]
    public void Both_ends_agree_and_know_each_other_by_their_principals(string suite)
    {
        MainModeSettings initiator = RecordedInitiator with { Suites = [Suite.Find(suite)!] };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(initiator, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(RecordedResponder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        InitiatorTicketSent sent = started.Receive(r2).ReceiveByTicket(r3).Proceed(Ticket);
        ResponderAwaitingContext asked = greeted.ReceiveByTicket(sent.Message);
        Assert.Equal(Ticket, asked.PeerToken);
        ResponderProofSent proved = asked.Proceed(Realm.ForService(Ticket), Answered);
        InitiatorAwaitingContext answered = sent.Receive(proved.Message);
        Assert.Equal(Answered, answered.PeerToken);
        InitiatorAwaitingAccept proving = answered.Proceed(Realm.ForClient(Ticket));

        using MainModeResult theirs = Accept(proved.Receive(proving.Message));
        using MainModeResult mine = proving.Receive(theirs.Message);

        Assert.Equal(("krb=feberelay/be.test", "krb=feberelay/fe.test@FEBE.TEST"), (mine.Peer.Name, theirs.Peer.Name));
        Assert.Equal(Convert.ToHexString(mine.MS.Span), Convert.ToHexString(theirs.MS.Span));
    }

    [Fact]
    public void It_comes_out_the_same_in_any_fragments()
    {
        foreach (int size in (int[])[1, 2, 7, 64, 1_000])
        {
            using Pair pair = Pair.Run(PairNodes.WithKerberos(), (_, _, bytes) => bytes.Chunk(size));
            pair.SendBothWays([1, 2], [3]);

            Assert.Equal([1, 2], pair.Responder.Delivered);
            Assert.Equal([3], pair.Initiator.Delivered);
        }
    }

    [Fact]
    public void A_large_ticket_passes()
    {
        byte[] large = Realm.Ask(16_384);
        InitiatorTicketSent sent = Await(Greet(out byte[] r3)).ReceiveByTicket(r3).Proceed(large);

        Assert.Equal(large, Responder().ReceiveByTicket(sent.Message).PeerToken);
        Violation.Of(ProtocolError.BadMessage, () => Await(Greet(out byte[] third)).ReceiveByTicket(third).Proceed(Realm.Ask(20_000)));
    }

    [Theory]
    [InlineData("kerberos certificate", "certificate kerberos", "kerberos")]
    [InlineData("certificate kerberos", "kerberos certificate", "certificate")]
    [InlineData("kerberos plant7 certificate", "plant7 certificate", "plant7")]
    [InlineData("plant7 kerberos certificate", "kerberos", "kerberos")]
    [InlineData("kerberos plant7", "certificate plant7 kerberos", "kerberos")]
    [InlineData("kerberos certificate", "certificate", "certificate")]
    public void The_first_of_the_initiators_order_that_the_responder_allows_is_taken(string offered, string allowed, string taken)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Methods(offered)), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Node(Role.Responder, Methods(allowed)), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);

        Assert.Equal((taken == "kerberos", taken == "kerberos"), (greeted.IsByTicket, awaiting.IsByTicket));
        if (!awaiting.IsByTicket)
        {
            Assert.Equal(taken, awaiting.Receive(r3).PeerKey?.Name ?? "certificate");
        }
    }

    [Theory]
    [InlineData("kerberos", "certificate")]
    [InlineData("certificate", "kerberos")]
    [InlineData("kerberos", "plant7")]
    public void Nothing_in_common_ends_it_before_any_public_key_work(string offered, string allowed)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Methods(offered)), Demand.Require, []);

        Violation.Of(ProtocolError.NothingInCommon, () => ResponderHelloReceived.Receive(
            Node(Role.Responder, Methods(allowed)), started.Message, () => throw new InvalidOperationException("came to public-key work")));
    }

    [Fact]
    public void An_offer_without_Kerberos_that_somebody_made_of_one_with_it_is_found()
    {
        MainModeSettings both = Node(Role.Initiator, Methods("kerberos certificate"));
        using InitiatorHelloSent started = InitiatorHelloSent.Start(both, Demand.Require, []);
        InitiatorHello hello = InitiatorHello.Decode(started.Message);
        byte[] struck = (hello with { Signatures = [.. hello.Signatures.Where(number => number != TicketAuthentication.Number)] }).Encode();
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Node(Role.Responder, Methods("kerberos certificate")), struck);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        Violation.Of(ProtocolError.CannotDecrypt, () => started.Receive(r2).Receive(r3));
    }

    [Fact]
    public void A_method_that_was_not_offered_is_refused()
    {
        using InitiatorHelloSent certificates = InitiatorHelloSent.Start(Node(Role.Initiator, MainModeMethod.Certificates), Demand.Require, []);
        using InitiatorHelloSent kerberos = InitiatorHelloSent.Start(RecordedInitiator, Demand.Require, []);
        using InitiatorHelloSent both = InitiatorHelloSent.Start(Node(Role.Initiator, Methods("kerberos certificate plant7")), Demand.Require, []);
        ResponderHello answer = ResponderHello.Decode(Greet(out _));

        Violation.Of(ProtocolError.NotOffered, () => certificates.Receive(answer.Encode()));
        Violation.Of(ProtocolError.NotOffered, () => kerberos.Receive((answer with { Signatures = [0x0403] }).Encode()));
        Violation.Of(ProtocolError.BadMessage, () => both.Receive((answer with { Signatures = [0xFB02, 0x0403] }).Encode()));
    }

    [Fact]
    public void A_node_does_not_take_itself_for_another()
    {
        MainModeSettings same = RecordedInitiator with { Instance = RecordedResponder.Instance };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(same, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(RecordedResponder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        Violation.Of(ProtocolError.Reflected, () => started.Receive(r2).ReceiveByTicket(r3));
    }

    /// <summary>The man in the middle has two exchanges of his own, and passes the tokens on: he has neither MIC for the other one.</summary>
    [Fact]
    public void Tokens_that_are_passed_on_prove_nothing()
    {
        InitiatorTicketSent victim = Await(Greet(out byte[] r3)).ReceiveByTicket(r3).Proceed(Ticket);
        using InitiatorHelloSent own = InitiatorHelloSent.Start(Node(Role.Initiator, MainModeMethod.Kerberos), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Node(Role.Responder, MainModeMethod.Kerberos), own.Message);
        (byte[] second, byte[] third) = MainModeRun.Split(greeted.Messages);
        InitiatorTicketSent relaying = own.Receive(second).ReceiveByTicket(third).Proceed(Ticket);
        ResponderProofSent deceived = greeted.ReceiveByTicket(relaying.Message).Proceed(Realm.ForService(Ticket), Answered);
        byte[] mic = RelayedMic(relaying, deceived.Message);

        // What the responder proved is of the relay's transcript: in the victim's it is wrong.
        byte[] forged = ForgeR5(victim.Message, mic);
        Violation.Of(ProtocolError.BadSignature, () => victim.Receive(forged).Proceed(Realm.ForClient(Ticket)));
    }

    [Fact]
    public void A_proof_that_comes_back_is_none()
    {
        TicketContext reflecting = TicketContext.WithService(TestRealm.Service, content => Realm.Mic(Ticket, Role.Responder, content), (_, _) => true);
        (InitiatorTicketSent sent, ResponderProofSent proved) = Prove();

        InitiatorAwaitingAccept proving = sent.Receive(proved.Message).Proceed(reflecting);

        Violation.Of(ProtocolError.BadSignature, () => proved.Receive(proving.Message));
    }

    [Fact]
    public void A_ticket_of_another_session_proves_nothing()
    {
        byte[] other = Realm.Ask();
        (InitiatorTicketSent sent, ResponderProofSent proved) = Prove();
        Violation.Of(ProtocolError.BadSignature, () => sent.Receive(proved.Message).Proceed(Realm.ForClient(other)));

        (sent, proved) = Prove();
        TicketContext trusting = TicketContext.WithService(TestRealm.Service, content => Realm.Mic(other, Role.Initiator, content), (_, _) => true);
        InitiatorAwaitingAccept proving = sent.Receive(proved.Message).Proceed(trusting);
        Violation.Of(ProtocolError.BadSignature, () => proved.Receive(proving.Message));
    }

    [Fact]
    public void A_verdict_on_no_certificates_or_another_context_is_none_on_a_ticket()
    {
        (InitiatorTicketSent sent, ResponderProofSent proved) = Prove();
        ResponderAwaitingVerdict deciding = proved.Receive(sent.Receive(proved.Message).Proceed(Realm.ForClient(Ticket)).Message);

        Assert.Throws<InvalidOperationException>(() => Accept(deciding, VerifiedPeer.Of(Realm.ForService(Ticket))));
        Assert.Throws<InvalidOperationException>(() => Accept(deciding, VerifiedPeer.Of("krb=feberelay/fe.test@FEBE.TEST", [])));
    }

    [Fact]
    public void A_decline_is_told_to_who_has_proved_itself()
    {
        (InitiatorTicketSent sent, ResponderProofSent proved) = Prove();
        InitiatorAwaitingAccept proving = sent.Receive(proved.Message).Proceed(Realm.ForClient(Ticket));
        ResponderAwaitingVerdict deciding = proved.Receive(proving.Message);
        byte[] no = deciding.Decline(VerifiedPeer.Of(deciding.PeerTicket!), ErrorCode.NotAuthorised);

        Violation.Of(ProtocolError.RefusedByPeer, () => proving.Receive(no));
    }

    [Fact]
    public void Every_change_of_every_record_is_detected()
    {
        byte[] r1 = Start().Message;
        byte[] r2 = Greet(out byte[] r3);
        (InitiatorTicketSent sent, ResponderProofSent proved) = Prove();
        (byte[] r4, byte[] r5) = (sent.Message, proved.Message);
        InitiatorAwaitingAccept proving = sent.Receive(r5).Proceed(Realm.ForClient(Ticket));
        byte[] accept = Accept(proved.Receive(proving.Message)).Message;

        EveryChange(r1, changed =>
        {
            // Where the responder gets on with it, its answer is to another hello than the one sent.
            (byte[] second, byte[] third) = MainModeRun.Split(ResponderHelloReceived.Receive(RecordedResponder, changed).Messages);
            Await(second).ReceiveByTicket(third);
        });
        EveryChange(r2, changed => Await(changed).ReceiveByTicket(r3));
        EveryChange(r3, changed => Await(r2).ReceiveByTicket(changed));
        EveryChange(r4, changed => Responder().ReceiveByTicket(changed));
        EveryChange(r5, changed => Prove().Initiator.Receive(changed).Proceed(Realm.ForClient(Ticket)));
        EveryChange(proving.Message, changed => Prove().Responder.Receive(changed));
        EveryChange(accept, changed => Prove().Initiator.Receive(r5).Proceed(Realm.ForClient(Ticket)).Receive(changed));
    }

    [Theory]
    [InlineData("alice@FEBE.TEST", true)]
    [InlineData("feberelay/fe1.lab.test@FEBE.TEST", true)]
    [InlineData("a/b/c@X", true)]
    [InlineData("Alice@FEBE.TEST", false)]
    [InlineData("alice@febe.test", false)]
    [InlineData("alice", false)]
    [InlineData("@FEBE.TEST", false)]
    [InlineData("alice@", false)]
    [InlineData("alice/@FEBE.TEST", false)]
    [InlineData("a\\@b@FEBE.TEST", false)]
    [InlineData("alice@FEBE.TEST\n", false)]
    [InlineData("FEBE\\alice", false)]
    [InlineData("WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS", false)]
    public void Principals_have_one_form(string name, bool isOne)
    {
        Assert.Equal(isOne, TicketContext.IsPrincipal(name));
        if (!isOne)
        {
            Assert.Throws<ArgumentException>(() => TicketContext.WithClient(name, content => content, (_, _) => true));
        }
    }

    [Fact]
    public void A_principal_of_more_than_200_characters_is_none() =>
        Assert.Equal((true, false), (TicketContext.IsPrincipal(new string('a', 198) + "@X"), TicketContext.IsPrincipal(new string('a', 199) + "@X")));

    private static void EveryChange(byte[] record, Action<byte[]> receive)
    {
        for (int i = 0; i < record.Length; i++)
        {
            byte[] changed = [.. record];
            changed[i] ^= 1;
            Assert.Throws<ProtocolException>(() => receive(changed));
        }
    }

    private static MainModeResult Accept(ResponderAwaitingVerdict deciding, VerifiedPeer? verdict = null) =>
        deciding.Proceed(verdict ?? VerifiedPeer.Of(deciding.PeerTicket!), MainModeRun.Id, Answer.Protected, Fate.None, Lifetimes.Default);

    private static (InitiatorTicketSent Initiator, ResponderProofSent Responder) Prove()
    {
        InitiatorTicketSent sent = Await(Greet(out byte[] r3)).ReceiveByTicket(r3).Proceed(Ticket);
        return (sent, Responder().ReceiveByTicket(sent.Message).Proceed(Realm.ForService(Ticket), Answered));
    }

    private static ResponderHelloReceived Responder() => ResponderHelloReceived.Receive(
        RecordedResponder with { Entropy = new RecordedEntropy().Then(ResponderNonce).Then(ResponderShare) }, Start().Message);

    private static InitiatorHelloSent Start() =>
        InitiatorHelloSent.Start(RecordedInitiator with { Entropy = new RecordedEntropy().Then(InitiatorNonce).Then(InitiatorShare) }, Demand.Require, []);

    private static InitiatorAwaitingAuthentication Await(byte[] r2) => Start().Receive(r2);

    private static byte[] Greet(out byte[] r3)
    {
        (byte[] r2, r3) = MainModeRun.Split(Responder().Messages);
        return r2;
    }

    // The MIC that is inside a proof for the relay itself, who can open it.
    private static byte[] RelayedMic(InitiatorTicketSent relaying, byte[] r5)
    {
        byte[] seen = [];
        TicketContext looking = TicketContext.WithService(TestRealm.Service, content => content, (_, mic) => (seen = mic).Length == 0);
        InitiatorAwaitingContext opened = relaying.Receive(r5);
        Assert.Throws<ProtocolException>(() => opened.Proceed(looking));
        return seen;
    }

    // R5 of somebody who has the victim's agreed secret and that MIC: what the man in the middle can make.
    private static byte[] ForgeR5(byte[] r4, byte[] mic) =>
        Responder().ReceiveByTicket(r4).Proceed(TicketContext.WithClient(TestRealm.Client, _ => mic, (_, _) => true), Answered).Message;

    private static MainModeMethod[] Methods(string names) =>
    [
        .. names.Split(' ').Select(name => name switch
        {
            "plant7" => new MainModeMethod(Plant),
            "kerberos" => MainModeMethod.Kerberos,
            _ => MainModeMethod.Certificates,
        }),
    ];

    private static MainModeSettings Node(Role role, params MainModeMethod[] methods) =>
        MainModeRun.Settings(role) with { Methods = methods, Instance = RandomNumberGenerator.GetBytes(Limits.IdSize) };
}
