using System.Buffers.Binary;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Clauses 2.7 to 2.9: the responder's last word, and what the initiator does not take for one.</summary>
public sealed class AcceptTests
{
    // Plaintext: id 16, four u32, answer, fate.
    private const int AssociationSecondsAt = 16;
    private const int QuickModesAt = 20;
    private const int KeySecondsAt = 24;
    private const int KeyKilobytesAt = 28;
    private const int AnswerAt = 32;
    private const int FateAt = 33;

    private static readonly Lifetimes Offered = new(28_800, 100, 900, 100_000);

    [Fact]
    public void An_accept_within_the_offer_is_taken()
    {
        using MainModeResult result = Receive(RecordType.Accept, Plaintext());

        Assert.Equal(Offered, result.Lifetimes);
        Assert.Equal(MainModeRun.Id, result.AssociationId.ToArray());
        Assert.Equal((Answer.Protected, Fate.None), (result.Answer, result.Fate));
    }

    [Theory]
    [InlineData(AssociationSecondsAt, 9u)]
    [InlineData(AssociationSecondsAt, 604_801u)]
    [InlineData(KeySecondsAt, 9u)]
    [InlineData(KeySecondsAt, 86_401u)]
    [InlineData(KeyKilobytesAt, 1_023u)]
    [InlineData(KeyKilobytesAt, 16_777_217u)]
    public void A_lifetime_out_of_range_is_refused(int at, uint value) => Refused(ProtocolError.BadMessage, Plaintext(at, value));

    [Theory]
    [InlineData(AssociationSecondsAt, 28_801u)]
    [InlineData(QuickModesAt, 101u)]
    [InlineData(QuickModesAt, 0u)]
    [InlineData(KeySecondsAt, 901u)]
    [InlineData(KeyKilobytesAt, 100_001u)]
    public void A_lifetime_longer_than_offered_is_refused(int at, uint value) => Refused(ProtocolError.NotOffered, Plaintext(at, value));

    [Theory]
    [InlineData(AnswerAt, 2)]
    [InlineData(FateAt, 3)]
    public void An_answer_or_fate_that_is_not_listed_is_refused(int at, byte value)
    {
        byte[] plaintext = Plaintext();
        plaintext[at] = value;

        Refused(ProtocolError.BadMessage, plaintext, tried: at == FateAt ? MainModeRun.Id : []);
    }

    [Fact]
    public void A_fate_without_tried_is_refused()
    {
        foreach (byte fate in (byte[])[1, 2])
        {
            byte[] plaintext = Plaintext();
            plaintext[FateAt] = fate;
            Refused(ProtocolError.BadMessage, plaintext);
        }
    }

    [Fact]
    public void Tried_without_a_fate_is_refused() => Refused(ProtocolError.BadMessage, Plaintext(), tried: MainModeRun.Id);

    [Fact]
    public void An_accept_one_byte_short_or_long_is_refused()
    {
        Refused(ProtocolError.BadMessage, Plaintext()[..^1]);
        Refused(ProtocolError.BadMessage, [.. Plaintext(), 0]);
    }

    [Fact]
    public void An_accept_sent_as_a_decline_is_refused() => Violation.Of(ProtocolError.BadMessage, () => Receive(RecordType.Decline, Plaintext()));

    [Fact]
    public void An_accept_of_another_main_mode_is_refused()
    {
        MainModeRun other = MainModeRun.Complete(MainModeRun.Settings(Role.Initiator), MainModeRun.Settings(Role.Responder));
        using InitiatorAwaitingAccept awaiting = AwaitAccept([], out ReferenceResponder responder);
        responder.Dispose();

        Violation.Of(ProtocolError.CannotDecrypt, () => awaiting.Receive(other.Accept));
    }

    [Fact]
    public void A_record_that_is_neither_accept_nor_decline_is_refused()
    {
        using InitiatorAwaitingAccept awaiting = AwaitAccept([], out ReferenceResponder responder);
        responder.Dispose();

        Violation.Of(ProtocolError.UnexpectedMessage, () => awaiting.Receive(awaiting.Message));
    }

    [Fact]
    public void Every_listed_code_of_a_decline_is_told()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            ProtocolException refusal = Violation.Of(ProtocolError.RefusedByPeer, () => Receive(RecordType.Decline, [(byte)code]));
            Assert.Equal(code, refusal.Code);
        }
    }

    [Fact]
    public void A_code_that_is_not_listed_is_refused()
    {
        Violation.Of(ProtocolError.BadMessage, () => Receive(RecordType.Decline, [0]));
        Violation.Of(ProtocolError.BadMessage, () => Receive(RecordType.Decline, [8]));
    }

    [Fact]
    public void A_decline_without_code_or_with_more_is_refused()
    {
        Violation.Of(ProtocolError.BadMessage, () => Receive(RecordType.Decline, []));
        Violation.Of(ProtocolError.BadMessage, () => Receive(RecordType.Decline, [1, 1]));
    }

    [Fact]
    public void A_responder_declines_an_authenticated_initiator()
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAccept awaiting = started.Receive(r2).Receive(r3).Proceed(TestIdentity.Of(Role.Responder).Verified);
        using ResponderAwaitingVerdict deciding = greeted.Receive(awaiting.Message);

        byte[] decline = deciding.Decline(TestIdentity.Of(Role.Initiator).Verified, ErrorCode.NotAuthorised);

        Assert.Equal(ErrorCode.NotAuthorised, Violation.Of(ProtocolError.RefusedByPeer, () => awaiting.Receive(decline)).Code);
    }

    [Fact]
    public void The_shorter_lifetimes_are_agreed()
    {
        MainModeSettings initiator = MainModeRun.Settings(Role.Initiator) with { Lifetimes = new Lifetimes(3_600, 0, 60, 200_000) };

        MainModeRun run = MainModeRun.Complete(initiator, MainModeRun.Settings(Role.Responder), own: new Lifetimes(7_200, 50, 120, 100_000));

        Assert.Equal(new Lifetimes(3_600, 50, 60, 100_000), run.Initiator.Lifetimes);
        Assert.Equal(run.Initiator.Lifetimes, run.Responder.Lifetimes);
    }

    [Fact]
    public void A_tried_association_gets_a_fate()
    {
        MainModeRun run = MainModeRun.Complete(MainModeRun.Settings(Role.Initiator), MainModeRun.Settings(Role.Responder), tried: MainModeRun.Id);

        Assert.Equal(Fate.Lost, run.Initiator.Fate);
    }

    [Fact]
    public void A_responder_does_not_send_a_fate_or_an_id_that_the_initiator_would_refuse()
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAccept awaiting = started.Receive(r2).Receive(r3).Proceed(TestIdentity.Of(Role.Responder).Verified);
        using ResponderAwaitingVerdict deciding = greeted.Receive(awaiting.Message);
        VerifiedPeer peer = TestIdentity.Of(Role.Initiator).Verified;

        Assert.Throws<ArgumentException>(() => deciding.Proceed(peer, MainModeRun.Id, Answer.Optional, Fate.Kept, Lifetimes.Default));
        Assert.Throws<ArgumentException>(() => deciding.Proceed(peer, MainModeRun.Id.AsSpan(0, 15), Answer.Optional, Fate.None, Lifetimes.Default));
    }

    private static byte[] Plaintext()
    {
        var writer = new WireWriter();
        Offered.Write(writer.Bytes(MainModeRun.Id));
        return writer.U8((byte)Answer.Protected).U8((byte)Fate.None).ToArray();
    }

    private static byte[] Plaintext(int at, uint value)
    {
        byte[] plaintext = Plaintext();
        BinaryPrimitives.WriteUInt32BigEndian(plaintext.AsSpan(at), value);
        return plaintext;
    }

    private static void Refused(ProtocolError error, byte[] plaintext, byte[]? tried = null) =>
        Violation.Of(error, () => Receive(RecordType.Accept, plaintext, tried));

    private static MainModeResult Receive(RecordType type, byte[] plaintext, byte[]? tried = null)
    {
        using InitiatorAwaitingAccept awaiting = AwaitAccept(tried ?? [], out ReferenceResponder responder);
        using (responder)
        {
            return awaiting.Receive(responder.MakeVerdict(awaiting.Message, type, plaintext));
        }
    }

    private static InitiatorAwaitingAccept AwaitAccept(byte[] tried, out ReferenceResponder responder)
    {
        TestIdentity identity = TestIdentity.Of(Role.Responder);
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator) with { Lifetimes = Offered }, Demand.Require, tried);
        responder = new ReferenceResponder(started.Message);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(responder.MakeR2());
        using InitiatorAwaitingVerdict verdict = awaiting.Receive(responder.MakeR3(new ReferenceAuthentication(Role.Responder, identity)));
        return verdict.Proceed(identity.Verified);
    }
}
