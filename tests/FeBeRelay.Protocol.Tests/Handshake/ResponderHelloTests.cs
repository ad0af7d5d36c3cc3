using System.Buffers.Binary;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Clause 2.3 at the initiator. It offers suites 1 and 2, and group p256.</summary>
public sealed class ResponderHelloTests
{
    // Header 5, version 2, nonce 32, suite 2, group 2.
    private const int LengthOfShareAt = 43;

    [Fact]
    public void A_version_that_was_not_offered_is_refused() => Refused(ProtocolError.NotOffered, hello => hello with { Version = 0x0002 });

    [Fact]
    public void A_suite_that_was_not_offered_is_refused() => Refused(ProtocolError.NotOffered, hello => hello with { Suite = Suite.Aes256Gmac.Id });

    [Fact]
    public void A_suite_that_nobody_knows_is_refused() => Refused(ProtocolError.NotOffered, hello => hello with { Suite = 0x7777 });

    [Fact]
    public void A_group_that_was_not_offered_is_refused() =>
        Refused(ProtocolError.NotOffered, hello => hello with { Share = new Share(Group.P384.Id, new byte[97]) });

    [Fact]
    public void A_group_that_nobody_knows_is_refused() =>
        Refused(ProtocolError.NotOffered, hello => hello with { Share = new Share(0x7777, new byte[97]) });

    [Fact]
    public void Own_nonce_is_refused()
    {
        using InitiatorHelloSent started = Start();
        using var responder = new ReferenceResponder(started.Message);
        responder.Hello = responder.Hello with { Nonce = InitiatorHello.Decode(started.Message).Nonce };

        Violation.Of(ProtocolError.Reflected, () => started.Receive(responder.MakeR2()));
    }

    [Fact]
    public void Own_share_is_refused()
    {
        using InitiatorHelloSent started = Start();
        using var responder = new ReferenceResponder(started.Message);
        responder.Hello = responder.Hello with { Share = InitiatorHello.Decode(started.Message).Shares[0] };

        Violation.Of(ProtocolError.Reflected, () => started.Receive(responder.MakeR2()));
    }

    [Fact]
    public void Own_hello_coming_back_is_refused()
    {
        using InitiatorHelloSent started = Start();

        Violation.Of(ProtocolError.UnexpectedMessage, () => started.Receive(started.Message));
    }

    [Fact]
    public void Own_hello_coming_back_as_the_responders_type_is_refused()
    {
        using InitiatorHelloSent started = Start();

        Violation.Of(ProtocolError.BadMessage, () => started.Receive([0x02, .. started.Message[1..]]));
    }

    [Fact]
    public void A_share_that_is_not_a_point_is_refused() =>
        Refused(ProtocolError.BadShare, hello => hello with { Share = hello.Share with { Public = [.. hello.Share.Public[..64], (byte)(hello.Share.Public[64] ^ 1)] } });

    [Fact]
    public void A_compressed_share_is_refused() =>
        Refused(ProtocolError.BadShare, hello => hello with { Share = hello.Share with { Public = [0x03, .. hello.Share.Public[1..]] } });

    [Fact]
    public void A_share_of_another_length_is_refused() =>
        Refused(ProtocolError.BadMessage, hello => hello with { Share = hello.Share with { Public = hello.Share.Public[..33] } });

    [Fact]
    public void A_share_length_beyond_the_message_is_refused() => RefusedRecord(ProtocolError.BadMessage, record =>
    {
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(LengthOfShareAt), 0xFFFF);
        return record;
    });

    [Fact]
    public void A_responder_that_does_not_accept_own_signature_algorithm_is_refused() =>
        Refused(ProtocolError.NothingInCommon, hello => hello with { Signatures = [0x0503, 0x0804] });

    [Fact]
    public void An_empty_list_of_signature_algorithms_is_refused() => Refused(ProtocolError.BadMessage, hello => hello with { Signatures = [] });

    [Fact]
    public void Nine_signature_algorithms_are_refused() =>
        Refused(ProtocolError.BadMessage, hello => hello with { Signatures = [.. Enumerable.Range(0x0403, 9).Select(i => (ushort)i)] });

    [Fact]
    public void A_signature_algorithm_twice_is_refused() => Refused(ProtocolError.BadMessage, hello => hello with { Signatures = [0x0403, 0x0403] });

    [Fact]
    public void A_byte_left_over_is_refused() => RefusedRecord(ProtocolError.BadMessage, record =>
    {
        record[4]++;
        return [.. record, 0];
    });

    [Fact]
    public void Epoch_1_is_refused() => RefusedRecord(ProtocolError.BadMessage, record => [record[0], 1, .. record[2..]]);

    [Fact]
    public void An_alert_is_told_as_such() => RefusedRecord(ProtocolError.AlertedByPeer, _ => [0x7F, 0, 0, 0, 0]);

    private static InitiatorHelloSent Start() => InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);

    private static void Refused(ProtocolError error, Func<ResponderHello, ResponderHello> change)
    {
        using InitiatorHelloSent started = Start();
        using var responder = new ReferenceResponder(started.Message);
        responder.Hello = change(responder.Hello);

        Violation.Of(error, () => started.Receive(responder.Hello.Encode()));
    }

    private static void RefusedRecord(ProtocolError error, Func<byte[], byte[]> change)
    {
        using InitiatorHelloSent started = Start();
        using var responder = new ReferenceResponder(started.Message);

        Violation.Of(error, () => started.Receive(change(responder.MakeR2())));
    }
}
