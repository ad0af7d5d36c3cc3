using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>One hybrid main mode and one quick mode with recorded random numbers: each byte of each share, changed on its way, ends them.</summary>
public sealed class HybridTamperingTests
{
    private static readonly Group Hybrid = Group.P256MlKem768;
    private static readonly byte[] InitiatorNonce = RecordedEntropy.NewNonce();
    private static readonly byte[] ResponderNonce = RecordedEntropy.NewNonce();
    private static readonly ECParameters InitiatorKey = RecordedEntropy.NewKey(Group.P256);
    private static readonly ECParameters ResponderKey = RecordedEntropy.NewKey(Group.P256);
    private static readonly byte[] Seed = RandomNumberGenerator.GetBytes(MlKem768.SeedSize);
    private static readonly byte[] Randomness = RandomNumberGenerator.GetBytes(MlKem768.SecretSize);
    private static readonly LocalIdentity InitiatorIdentity = TestIdentity.Of(Role.Initiator).Repeating();
    private static readonly LocalIdentity ResponderIdentity = TestIdentity.Of(Role.Responder).Repeating();

    [Fact]
    public void Each_byte_of_the_share_in_R1() => EachByte(Start().Message, Hybrid.OfferSize, r1 =>
    {
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder(), r1);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        Prove(r2, r3);
    });

    [Fact]
    public void Each_byte_of_the_share_in_R2()
    {
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder(), Start().Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        EachByte(r2, Hybrid.AnswerSize, changed => Prove(changed, r3));
    }

    [Fact]
    public void Each_byte_of_the_share_in_M1()
    {
        using var association = new TestAssociation(1, group: Hybrid);
        using var initiator = new QuickModeInitiator(association.Keys, 1, forwardSecrecy: true, InitiatorShare(new RecordedEntropy()).Then(InitiatorNonce));

        EachByte(initiator.Message, Hybrid.OfferSize, m1 => Answer(association.Keys, m1).Secrets.Dispose());
    }

    [Fact]
    public void Each_byte_of_the_share_in_M2()
    {
        using var association = new TestAssociation(1, group: Hybrid);
        using QuickModeInitiator first = Request(association.Keys);
        (byte[] m2, ChannelSecrets secrets) = Answer(association.Keys, first.Message);
        secrets.Dispose();

        EachByte(m2, Hybrid.AnswerSize, changed =>
        {
            using QuickModeInitiator initiator = Request(association.Keys);
            initiator.Receive(changed).Dispose();
        });
    }

    private static QuickModeInitiator Request(AssociationKeys keys) =>
        new(keys, 1, forwardSecrecy: true, InitiatorShare(new RecordedEntropy()).Then(InitiatorNonce));

    private static (byte[] Message, ChannelSecrets Secrets) Answer(AssociationKeys keys, byte[] m1)
    {
        QuickModeResponder responder = QuickModeResponder.Read(m1);
        responder.Authenticate(keys, new CounterWindow());
        return responder.Accept(keys, new RecordedEntropy().Then(ResponderKey).Then(Randomness).Then(ResponderNonce));
    }

    private static void Prove(byte[] r2, byte[] r3)
    {
        using InitiatorHelloSent started = Start();
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);
        awaiting.Receive(r3).Dispose();
    }

    // The unchanged record must get on, or the test would prove nothing.
    private static void EachByte(byte[] record, int shareSize, Action<byte[]> receive)
    {
        byte[] share = [(byte)(Hybrid.Id >> 8), (byte)Hybrid.Id, (byte)(shareSize >> 8), (byte)shareSize];
        int start = record.AsSpan().IndexOf(share) + share.Length;
        receive(record);
        Parallel.For(start, start + shareSize, at =>
        {
            byte[] changed = [.. record];
            changed[at] ^= (byte)(1 << at % 8);
            Assert.Throws<ProtocolException>(() => receive(changed));
        });
    }

    private static InitiatorHelloSent Start() => InitiatorHelloSent.Start(Settings(Role.Initiator, InitiatorShare(new RecordedEntropy().Then(InitiatorNonce))) with { Identity = InitiatorIdentity }, Demand.Require, []);

    private static MainModeSettings Responder() =>
        Settings(Role.Responder, new RecordedEntropy().Then(ResponderNonce).Then(ResponderKey).Then(Randomness)) with { Identity = ResponderIdentity };

    private static MainModeSettings Settings(Role role, RecordedEntropy entropy) => MainModeRun.Settings(role, groups: [Hybrid], entropy: entropy);

    private static RecordedEntropy InitiatorShare(RecordedEntropy entropy) => entropy.Then(InitiatorKey).Then(Seed);
}
