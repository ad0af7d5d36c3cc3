using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Clause 2.2, and the responder's choices of 2.3.</summary>
public sealed class InitiatorHelloTests
{
    private static readonly MainModeSettings Everything = MainModeRun.Settings(Role.Responder, suites: Suite.All, groups: Group.All);

    public static TheoryData<string> Broken => new(BrokenInitiatorHellos.All.Keys);

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_responder_refuses_a_hello_with(string what)
    {
        using var initiator = new ReferenceInitiator();
        (ProtocolError error, Func<InitiatorHello, byte[]> change) = BrokenInitiatorHellos.All[what];

        ResponderHelloReceived.Receive(Everything, initiator.Hello.Encode()).Dispose();
        Violation.Of(error, () => ResponderHelloReceived.Receive(Everything, change(initiator.Hello)));
    }

    [Fact]
    public void Unknown_numbers_are_skipped()
    {
        using var initiator = new ReferenceInitiator();
        InitiatorHello hello = initiator.Hello with
        {
            Versions = [0x0009, 0x0001, 0x0002],
            Suites = [0x7777, Suite.Aes128Gcm.Id],
            Shares = [new Share(0x11EC, new byte[1_184]), .. initiator.Hello.Shares],
            Signatures = [0x0905, (ushort)SignatureScheme.EcdsaP256Sha256],
        };

        ResponderHello answer = Answer(hello, Everything);

        Assert.Equal((ushort)0x0001, answer.Version);
        Assert.Equal(Suite.Aes128Gcm.Id, answer.Suite);
        Assert.Equal(Group.P256.Id, answer.Share.Group);
    }

    [Fact]
    public void The_longest_hello_allowed_is_read()
    {
        using var initiator = new ReferenceInitiator();
        InitiatorHello hello = initiator.Hello with
        {
            Versions = [.. Enumerable.Range(1, 16).Select(i => (ushort)i)],
            Tried = MainModeRun.Id,
            Suites = [.. Enumerable.Range(1, 8).Select(i => (ushort)i)],
            Shares = [.. initiator.Hello.Shares, new Share(1, new byte[2_048]), new Share(2, [0]), new Share(3, [0])],
            Signatures = [.. Enumerable.Range(0x0403, 8).Select(i => (ushort)i)],
        };

        Answer(hello, Everything);
    }

    [Fact]
    public void The_responder_takes_the_first_suite_and_group_of_the_initiators_order_that_it_allows()
    {
        MainModeSettings initiator = MainModeRun.Settings(
            Role.Initiator, suites: [Suite.Aes256Gmac, Suite.Aes128Gcm, Suite.Aes256Gcm], groups: [Group.P384, Group.P256]);

        MainModeRun all = MainModeRun.Complete(initiator, Everything);
        MainModeRun some = MainModeRun.Complete(
            initiator, MainModeRun.Settings(Role.Responder, suites: [Suite.Aes256Gcm, Suite.Aes128Gcm], groups: [Group.P256]));

        Assert.Equal((Suite.Aes256Gmac, Group.P384), (all.Responder.Suite, all.Responder.Group));
        Assert.Equal((Suite.Aes128Gcm, Group.P256), (some.Responder.Suite, some.Responder.Group));
    }

    [Fact]
    public void A_responder_refuses_what_its_policy_does_not_allow()
    {
        using InitiatorHelloSent weak = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator, suites: [Suite.Aes256Gmac]), Demand.None, []);
        using InitiatorHelloSent other = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator, groups: [Group.P384]), Demand.None, []);
        MainModeSettings responder = MainModeRun.Settings(Role.Responder);

        Violation.Of(ProtocolError.NothingInCommon, () => ResponderHelloReceived.Receive(responder, weak.Message));
        Violation.Of(ProtocolError.NothingInCommon, () => ResponderHelloReceived.Receive(responder, other.Message));
    }

    [Fact]
    public void A_responder_refuses_its_own_nonce_and_its_own_share()
    {
        using var initiator = new ReferenceInitiator();
        byte[] nonce = RecordedEntropy.NewNonce();
        var key = RecordedEntropy.NewKey(Group.P256);
        MainModeSettings Recorded() => MainModeRun.Settings(Role.Responder, entropy: new RecordedEntropy().Then(nonce).Then(key));
        byte[] sameNonce = (initiator.Hello with { Nonce = nonce }).Encode();
        byte[] sameShare = (initiator.Hello with { Shares = [new Share(Group.P256.Id, [0x04, .. key.Q.X!, .. key.Q.Y!])] }).Encode();

        Violation.Of(ProtocolError.Reflected, () => ResponderHelloReceived.Receive(Recorded(), sameNonce));
        Violation.Of(ProtocolError.Reflected, () => ResponderHelloReceived.Receive(Recorded(), sameShare));
    }

    [Fact]
    public void What_the_initiator_wants_is_what_its_hello_says()
    {
        var lifetimes = new Lifetimes(10, 7, 86_400, 16_777_216);
        MainModeSettings settings = MainModeRun.Settings(Role.Initiator, suites: Suite.All, groups: Group.All) with { Lifetimes = lifetimes };

        using InitiatorHelloSent started = InitiatorHelloSent.Start(settings, Demand.Request, MainModeRun.Id);
        using ResponderHelloReceived received = ResponderHelloReceived.Receive(Everything, started.Message);

        Assert.Equal((Demand.Request, lifetimes), (received.Demand, received.OfferedLifetimes));
        Assert.Equal(MainModeRun.Id, received.Tried.ToArray());
        InitiatorHello hello = InitiatorHello.Decode(started.Message);
        Assert.Equal(Suite.All.Select(s => s.Id), hello.Suites);
        Assert.Equal(Group.All.Select(g => g.Id), hello.Shares.Select(s => s.Group));
        Assert.Equal([0x0403, 0x0503, 0x0804], hello.Signatures);
    }

    [Fact]
    public void A_hello_with_an_id_of_another_size_is_not_made() =>
        Assert.Throws<ArgumentException>(() => InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, new byte[15]));

    private static ResponderHello Answer(InitiatorHello hello, MainModeSettings settings)
    {
        using ResponderHelloReceived received = ResponderHelloReceived.Receive(settings, hello.Encode());
        return ResponderHello.Decode(MainModeRun.Split(received.Messages).First);
    }
}
