using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Main mode by a pre-shared key (clauses 2.11, 2.12, 7.4).</summary>
public sealed class PreSharedKeyTests
{
    private static readonly byte[] InitiatorNonce = RecordedEntropy.NewNonce();
    private static readonly byte[] ResponderNonce = RecordedEntropy.NewNonce();
    private static readonly ECParameters InitiatorShare = RecordedEntropy.NewKey(Group.P256);
    private static readonly ECParameters ResponderShare = RecordedEntropy.NewKey(Group.P256);
    private static readonly PreSharedKey Plant = Key("plant7", 1);
    private static readonly PreSharedKey Other = Key("other", 2);

    [Theory]
    [InlineData("aes256-gcm")]
    [InlineData("aes128-gcm")]
    public void Both_ends_agree_and_know_the_key_by_its_name(string suite)
    {
        MainModeSettings initiator = Node(Role.Initiator, Plant) with { Suites = [Suite.Find(suite)!] };

        (MainModeResult mine, MainModeResult theirs) = Complete(initiator, Node(Role.Responder, Plant));

        Assert.Equal(("psk=plant7", "psk=plant7"), (mine.Peer.Name, theirs.Peer.Name));
        Assert.Equal(Convert.ToHexString(mine.MS.Span), Convert.ToHexString(theirs.MS.Span));
    }

    [Theory]
    [InlineData("plant7 certificate", "certificate plant7", "plant7")]
    [InlineData("certificate plant7", "plant7 certificate", "certificate")]
    [InlineData("other plant7 certificate", "plant7", "plant7")]
    [InlineData("other plant7", "plant7 other", "other")]
    [InlineData("plant7 certificate", "certificate", "certificate")]
    [InlineData("plant7 certificate", "other certificate", "certificate")]
    public void The_first_of_the_initiators_order_that_the_responder_allows_is_taken(string offered, string allowed, string taken)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Methods(offered)), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Node(Role.Responder, Methods(allowed)), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);

        Assert.Equal(taken, judging.PeerKey?.Name ?? "certificate");
    }

    [Theory]
    [InlineData("plant7", "certificate", ProtocolError.NothingInCommon)]
    [InlineData("certificate", "plant7", ProtocolError.NothingInCommon)]
    [InlineData("plant7", "other", ProtocolError.IdentityRefused)]
    public void Nothing_in_common_ends_it_before_any_public_key_work(string offered, string allowed, ProtocolError error)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Methods(offered)), Demand.Require, []);

        Violation.Of(error, () => ResponderHelloReceived.Receive(
            Node(Role.Responder, Methods(allowed)), started.Message, () => throw new InvalidOperationException("came to public-key work")));
    }

    [Theory]
    [InlineData("plant7", 3)]
    [InlineData("plant8", 1)]
    public void Another_key_or_the_same_key_by_another_name_is_refused(string name, byte value)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Key(name, value)), Demand.Require, []);

        Violation.Of(ProtocolError.IdentityRefused, () => ResponderHelloReceived.Receive(Node(Role.Responder, Plant), started.Message));
    }

    [Fact]
    public void A_node_does_not_take_itself_for_another_of_its_group()
    {
        MainModeSettings responder = Node(Role.Responder, Plant);
        MainModeSettings same = Node(Role.Initiator, Plant) with { Instance = responder.Instance };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(same, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(responder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);

        Violation.Of(ProtocolError.Reflected, () => awaiting.Receive(r3));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(3, ProtocolError.BadSignature)]
    public void A_responder_without_the_key_is_refused_though_it_agreed_on_a_secret(byte value, ProtocolError? error)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Node(Role.Initiator, Plant), Demand.Require, []);
        InitiatorHello hello = InitiatorHello.Decode(started.Message);
        using var share = new KeyShare(Group.P256, NodeEntropy.Instance.CreateKeyPair(Group.P256));
        byte[] r2 = new ResponderHello(Limits.Version, RecordedEntropy.NewNonce(), Suite.Aes256Gcm.Id, new Share(Group.P256.Id, share.Public), [0xFB01]).Encode();
        using MainModeKeys keys = MainModeKeys.Agree(Suite.Aes256Gcm, share, hello.Shares[0].Public, started.Message, r2);
        using PreSharedKey held = Key("plant7", value);
        keys.Use(held);
        byte[] r3 = keys.AuthenticateByKey(Role.Responder, RandomNumberGenerator.GetBytes(Limits.IdSize));
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);

        if (error is { } expected)
        {
            Violation.Of(expected, () => awaiting.Receive(r3));
        }
        else
        {
            Assert.Same(Plant, awaiting.Receive(r3).PeerKey);
        }
    }

    [Fact]
    public void A_method_that_was_not_offered_is_refused()
    {
        using InitiatorHelloSent certificates = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), certificates.Message);
        (byte[] r2, _) = MainModeRun.Split(greeted.Messages);
        ResponderHello answer = ResponderHello.Decode(r2);
        using InitiatorHelloSent key = InitiatorHelloSent.Start(Node(Role.Initiator, Plant), Demand.Require, []);
        using InitiatorHelloSent both = InitiatorHelloSent.Start(Node(Role.Initiator, Methods("plant7 certificate")), Demand.Require, []);

        Violation.Of(ProtocolError.NotOffered, () => certificates.Receive((answer with { Signatures = [0xFB01] }).Encode()));
        Violation.Of(ProtocolError.NotOffered, () => key.Receive(answer.Encode()));
        Violation.Of(ProtocolError.BadMessage, () => both.Receive((answer with { Signatures = [0xFB01, 0x0403] }).Encode()));
    }

    [Fact]
    public void A_verdict_on_no_certificates_is_none_on_a_key()
    {
        using InitiatorAwaitingVerdict judging = Await(Greet(out byte[] r3)).Receive(r3);

        Assert.Throws<InvalidOperationException>(() => judging.Proceed(VerifiedPeer.Of("psk=plant7", [])));
    }

    [Fact]
    public void Every_change_of_every_record_is_detected()
    {
        byte[] r1 = Start().Message;
        byte[] r2 = Greet(out byte[] r3);
        InitiatorAwaitingAccept proving = Await(r2).Receive(r3).Proceed(VerifiedPeer.Of(Plant));
        byte[] r4 = proving.Message;
        MainModeResult accepted = ResponderHelloReceived.Receive(Responder(), r1).Receive(r4)
            .Proceed(VerifiedPeer.Of(Plant), MainModeRun.Id, Answer.Protected, Fate.None, Lifetimes.Default);

        EveryChange(r1, changed =>
        {
            // Where the responder gets on with it, its answer is to another hello than the one sent.
            (byte[] second, byte[] third) = MainModeRun.Split(ResponderHelloReceived.Receive(Responder(), changed).Messages);
            Await(second).Receive(third);
        });
        EveryChange(r2, changed => Await(changed).Receive(r3));
        EveryChange(r3, changed => Await(r2).Receive(changed));
        EveryChange(r4, changed => ResponderHelloReceived.Receive(Responder(), r1).Receive(changed));
        EveryChange(accepted.Message, changed => Await(r2).Receive(r3).Proceed(VerifiedPeer.Of(Plant)).Receive(changed));
    }

    private static void EveryChange(byte[] record, Action<byte[]> receive)
    {
        for (int i = 0; i < record.Length; i++)
        {
            byte[] changed = [.. record];
            changed[i] ^= 1;
            Assert.Throws<ProtocolException>(() => receive(changed));
        }
    }

    private static (MainModeResult Initiator, MainModeResult Responder) Complete(MainModeSettings initiator, MainModeSettings responder)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(initiator, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(responder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);
        using InitiatorAwaitingAccept proving = judging.Proceed(VerifiedPeer.Of(judging.PeerKey!));
        using ResponderAwaitingVerdict deciding = greeted.Receive(proving.Message);
        MainModeResult accepted = deciding.Proceed(VerifiedPeer.Of(deciding.PeerKey!), MainModeRun.Id, Answer.Protected, Fate.None, Lifetimes.Default);
        return (proving.Receive(accepted.Message), accepted);
    }

    private static readonly MainModeSettings RecordedInitiator = Node(Role.Initiator, Plant);
    private static readonly MainModeSettings RecordedResponder = Node(Role.Responder, Plant);

    private static MainModeSettings Responder() => RecordedResponder with { Entropy = new RecordedEntropy().Then(ResponderNonce).Then(ResponderShare) };

    private static InitiatorHelloSent Start() =>
        InitiatorHelloSent.Start(RecordedInitiator with { Entropy = new RecordedEntropy().Then(InitiatorNonce).Then(InitiatorShare) }, Demand.Require, []);

    private static InitiatorAwaitingAuthentication Await(byte[] r2) => Start().Receive(r2);

    private static byte[] Greet(out byte[] r3)
    {
        (byte[] r2, r3) = MainModeRun.Split(ResponderHelloReceived.Receive(Responder(), Start().Message).Messages);
        return r2;
    }

    private static MainModeMethod[] Methods(string names) =>
        [.. names.Split(' ').Select(name => name switch { "plant7" => new MainModeMethod(Plant), "other" => new MainModeMethod(Other), _ => MainModeMethod.Certificates })];

    private static MainModeSettings Node(Role role, PreSharedKey key) => Node(role, new MainModeMethod(key));

    private static MainModeSettings Node(Role role, params MainModeMethod[] methods) =>
        MainModeRun.Settings(role) with { Methods = methods, Instance = RandomNumberGenerator.GetBytes(Limits.IdSize) };

    private static PreSharedKey Key(string name, byte value) => new(name, [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7 + value))]);
}
