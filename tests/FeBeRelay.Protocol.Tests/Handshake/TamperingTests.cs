using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>
/// One main mode with recorded random numbers, replayed with one record changed on its way: the side that gets it, or the side that
/// gets the answer to it, must end before there is a result on both.
/// </summary>
public sealed class TamperingTests
{
    private static readonly byte[] InitiatorNonce = RecordedEntropy.NewNonce();
    private static readonly byte[] ResponderNonce = RecordedEntropy.NewNonce();
    private static readonly ECParameters InitiatorKey = RecordedEntropy.NewKey(Group.P256);
    private static readonly ECParameters ResponderKey = RecordedEntropy.NewKey(Group.P256);
    private static readonly LocalIdentity InitiatorIdentity = TestIdentity.Of(Role.Initiator).Repeating();
    private static readonly LocalIdentity ResponderIdentity = TestIdentity.Of(Role.Responder).Repeating();
    private static readonly MainModeRun Good = MainModeRun.Complete(Initiator(), Responder(), tried: MainModeRun.Id);

    [Fact]
    public void The_same_random_numbers_and_messages_make_the_same_keys()
    {
        using InitiatorAwaitingVerdict judging = Await(Good.R2).Receive(Good.R3);

        Assert.Equal(TestIdentity.Of(Role.Responder).Local.Chain, judging.PeerChain);
        Assert.Equal(Good.R1, Start().Message);
    }

    [Fact]
    public void Every_change_of_R1_is_detected() => EveryChange(Good.R1, changed =>
    {
        // Where the responder gets on with it, its answer is to another hello than the one sent.
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder(), changed);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        return Await(r2).Receive(r3);
    });

    [Fact]
    public void Every_change_of_R2_is_detected() => EveryChange(Good.R2, changed => Await(changed).Receive(Good.R3));

    [Fact]
    public void Every_change_of_R3_is_detected() => EveryChange(Good.R3, changed => Await(Good.R2).Receive(changed));

    [Fact]
    public void Every_change_of_R4_is_detected() => EveryChange(Good.R4, changed =>
    {
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder(), Good.R1);
        return greeted.Receive(changed);
    });

    [Fact]
    public void Every_change_of_accept_is_detected() => EveryChange(Good.Accept, changed =>
    {
        using InitiatorAwaitingVerdict judging = Await(Good.R2).Receive(Good.R3);
        using InitiatorAwaitingAccept proving = judging.Proceed(TestIdentity.Of(Role.Responder).Verified);
        return proving.Receive(changed);
    });

    [Fact]
    public void A_changed_demand_is_detected() => ChangedHello(hello => hello with { Demand = Demand.None });

    [Fact]
    public void A_removed_tried_is_detected() => ChangedHello(hello => hello with { Tried = [] });

    [Fact]
    public void A_changed_tried_is_detected() => ChangedHello(hello => hello with { Tried = new byte[Limits.IdSize] });

    [Fact]
    public void A_removed_suite_is_detected() => ChangedHello(hello => hello with { Suites = [Suite.Aes128Gcm.Id] });

    [Fact]
    public void Changed_lifetimes_are_detected() => ChangedHello(hello => hello with { Lifetimes = new Lifetimes(10, 1, 10, 1_024) });

    [Fact]
    public void An_added_version_is_detected() => ChangedHello(hello => hello with { Versions = [0x0002, 0x0001] });

    [Fact]
    public void A_suite_chosen_by_somebody_in_between_is_detected()
    {
        ResponderHello answer = ResponderHello.Decode(Good.R2);

        Violation.Of(ProtocolError.CannotDecrypt, () => Await((answer with { Suite = Suite.Aes128Gcm.Id }).Encode()).Receive(Good.R3));
    }

    // What somebody in between says in the initiator's name, correctly encoded.
    private static void ChangedHello(Func<InitiatorHello, InitiatorHello> change)
    {
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder(), change(InitiatorHello.Decode(Good.R1)).Encode());
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        Violation.Of(ProtocolError.CannotDecrypt, () => Await(r2).Receive(r3));
    }

    // The unchanged record must get on, or the test would prove nothing.
    private static void EveryChange(byte[] record, Func<byte[], IDisposable> receive)
    {
        receive(record).Dispose();
        Parallel.ForEach(ChangesOf(record), changed => Assert.Throws<ProtocolException>(() => receive(changed)));
    }

    private static IEnumerable<byte[]> ChangesOf(byte[] record)
    {
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] flipped = [.. record];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            yield return flipped;
        }
        for (int length = 0; length < record.Length; length++)
        {
            yield return record[..length];
            if (length >= RecordHeader.Size)
            {
                yield return WithRightLength(record[..length]);
            }
        }
        yield return [.. record, 0];
        yield return WithRightLength([.. record, 0]);
    }

    private static byte[] WithRightLength(byte[] record)
    {
        new RecordHeader((RecordType)record[0], record[1], record.Length - RecordHeader.Size).Write(record);
        return record;
    }

    private static MainModeSettings Initiator() =>
        MainModeRun.Settings(Role.Initiator, entropy: new RecordedEntropy().Then(InitiatorNonce).Then(InitiatorKey)) with { Identity = InitiatorIdentity };

    private static MainModeSettings Responder() =>
        MainModeRun.Settings(Role.Responder, entropy: new RecordedEntropy().Then(ResponderNonce).Then(ResponderKey)) with { Identity = ResponderIdentity };

    private static InitiatorHelloSent Start() => InitiatorHelloSent.Start(Initiator(), Demand.Require, MainModeRun.Id);

    private static InitiatorAwaitingAuthentication Await(byte[] r2)
    {
        using InitiatorHelloSent started = Start();
        return started.Receive(r2);
    }
}
