using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>Clauses 1.4, 5 and 6: each rule of order broken alone, by a peer that has the keys.</summary>
public sealed class ReceiverRuleTests
{
    private const ProtocolError Unexpected = ProtocolError.UnexpectedMessage;

    [Fact]
    public void Data_behind_the_end_is_refused() => ByInitiator(Unexpected, p => [p.Open(), p.End()], p => p.Data(1));

    [Fact]
    public void Data_before_the_first_open_is_refused() => ByInitiator(Unexpected, _ => [], p => p.Data(1));

    [Fact]
    public void A_second_end_is_refused() => ByInitiator(Unexpected, p => [p.Open(), p.End()], p => p.End());

    [Fact]
    public void A_second_open_while_a_stream_is_open_is_refused() => ByInitiator(Unexpected, p => [p.Open()], p => p.Open(2));

    [Fact]
    public void A_second_open_before_the_own_end_was_sent_is_refused() => ByInitiator(Unexpected, p => [p.Open(), p.End()], p => p.Open(2));

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void A_first_stream_with_another_number_than_1_is_refused(uint number) => ByInitiator(Unexpected, _ => [], p => p.Open(number));

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    public void A_second_stream_with_another_number_than_2_is_refused(uint number)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive([.. peer.Open(), .. peer.End()]);
        pair.Responder.End();

        Violation.Of(Unexpected, () => pair.Responder.Receive(peer.Open(number)));
    }

    [Fact]
    public void A_close_while_a_stream_is_open_is_truncation() =>
        ByInitiator(ProtocolError.Truncated, p => [p.Open()], p => p.Record(RecordType.Close));

    [Fact]
    public void A_close_before_the_own_end_was_sent_is_truncation() =>
        ByInitiator(ProtocolError.Truncated, p => [p.Open(), p.End()], p => p.Record(RecordType.Close));

    [Fact]
    public void An_initiators_abort_of_a_stream_never_opened_is_refused() => ByInitiator(Unexpected, p => [p.Open()], p => p.Abort(2));

    [Fact]
    public void An_initiators_abort_of_an_older_stream_than_its_newest_is_refused() => ByInitiator(Unexpected, p => [p.Open()], p => p.Abort(0));

    [Fact]
    public void A_responders_abort_of_a_stream_never_opened_is_refused() => ByResponder(Unexpected, _ => [], p => p.Abort(2));

    [Fact]
    public void A_responders_abort_may_say_that_it_did_not_act_on_the_newest_open()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.Initiator.Open();

        ReceivedRecord abort = pair.Initiator.Receive(peer.Abort(0, (byte)ErrorCode.Busy)).Single();

        Assert.Equal((0u, ErrorCode.Busy), (abort.Number, abort.Code));
    }

    [Fact]
    public void A_responder_cannot_say_that_it_did_not_act_on_a_stream_that_it_ended()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.Initiator.Open();
        pair.Initiator.End();
        pair.Initiator.Receive(peer.End());
        pair.Initiator.Open(2);

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Abort(0)));
    }

    [Fact]
    public void A_confirm_that_is_not_the_first_record_is_refused() => ByInitiator(Unexpected, p => [p.Open()], p => p.Record(RecordType.Confirm));

    [Fact]
    public void A_second_confirm_is_refused() => ByInitiator(Unexpected, p => [p.Record(RecordType.Confirm)], p => p.Record(RecordType.Confirm));

    [Fact]
    public void A_confirm_of_the_responder_is_refused() => ByResponder(Unexpected, _ => [], p => p.Record(RecordType.Confirm));

    [Fact]
    public void An_ask_to_the_responder_is_refused() => ByInitiator(Unexpected, _ => [], p => p.Record(RecordType.Ask, 3));

    [Fact]
    public void An_open_to_the_initiator_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Open()));
    }

    [Fact]
    public void A_close_that_the_responder_starts_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Record(RecordType.Close)));
    }

    [Fact]
    public void Anything_behind_an_abort_is_refused()
    {
        ByInitiator(Unexpected, p => [p.Open(), p.Abort()], p => p.Data(1));
        ByInitiator(Unexpected, p => [p.Open(), p.Abort()], p => p.KeyUpdate());
        ByInitiator(Unexpected, p => [p.Open(), p.Abort()], p => p.Abort());
    }

    [Fact]
    public void Anything_behind_a_close_is_refused()
    {
        ByInitiator(Unexpected, p => [p.Record(RecordType.Close)], p => p.Open());
        ByInitiator(Unexpected, p => [p.Record(RecordType.Close)], p => p.KeyUpdate());
        ByInitiator(Unexpected, p => [p.Record(RecordType.Close)], p => p.Record(RecordType.Close));
        ByInitiator(Unexpected, p => [p.Record(RecordType.Close)], p => p.Abort(0));
    }

    [Fact]
    public void Stream_records_under_a_parked_epoch_are_refused()
    {
        ByInitiator(Unexpected, p => [p.KeyUpdate(park: true)], p => p.Open());
        ByInitiator(Unexpected, p => [p.Open(), p.KeyUpdate(park: true)], p => p.Data(1));
        ByInitiator(Unexpected, p => [p.Open(), p.KeyUpdate(park: true)], p => p.End());
    }

    [Fact]
    public void A_key_update_or_another_park_under_a_parked_epoch_is_refused()
    {
        ByInitiator(Unexpected, p => [p.KeyUpdate(park: true)], p => p.KeyUpdate());
        ByInitiator(Unexpected, p => [p.KeyUpdate(park: true)], p => p.KeyUpdate(park: true));
    }

    [Fact]
    public void Control_records_go_on_under_a_parked_epoch()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);

        pair.Responder.Receive([.. peer.KeyUpdate(park: true), .. peer.Record(RecordType.Close)]);
    }

    [Fact]
    public void Key_updates_and_asks_that_cross_the_close_are_taken()
    {
        using ChannelPair pair = ChannelPair.Create();
        byte[] crossing = [.. pair.Responder.UpdateKey(), .. pair.Responder.Ask()];
        pair.Responder.Receive(pair.Initiator.Close());

        IReadOnlyList<ReceivedRecord> taken = pair.Initiator.Receive([.. crossing, .. pair.Responder.Close()]);

        Assert.Equal([RecordType.KeyUpdate, RecordType.Ask, RecordType.Close], taken.Select(r => r.Type));
    }

    [Fact]
    public void Each_direction_ends_alone()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive([.. pair.Initiator.Open(), .. pair.Initiator.End()]);

        pair.Initiator.Receive([.. pair.Responder.Data(1, 2), .. pair.Responder.End()]);
        pair.Responder.Receive(pair.Initiator.Open(2));

        Assert.Equal([1, 2], pair.Initiator.Delivered);
        Assert.Equal(2u, pair.Responder.Core.Sender.StreamNumber);
    }

    private static void ByInitiator(ProtocolError error, Func<RecordForger, byte[][]> before, Func<RecordForger, byte[]> broken)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive([.. before(peer).SelectMany(b => b)]);

        Violation.Of(error, () => pair.Responder.Receive(broken(peer)));

        Assert.Empty(pair.Responder.Delivered);
    }

    /// <summary>To an initiator that has opened stream 1.</summary>
    private static void ByResponder(ProtocolError error, Func<RecordForger, byte[][]> before, Func<RecordForger, byte[]> broken)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.Initiator.Open();
        pair.Initiator.Receive([.. before(peer).SelectMany(b => b)]);

        Violation.Of(error, () => pair.Initiator.Receive(broken(peer)));
    }
}
