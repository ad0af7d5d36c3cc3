using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>Clause 6.2: a parked direction carries control records only, and only a switch un-parks it.</summary>
public sealed class ParkTests
{
    public static TheoryData<bool, bool> WhoParks => new() { { true, false }, { false, true }, { true, true } };

    [Theory]
    [MemberData(nameof(WhoParks))]
    public void One_exchange_unparks_whatever_was_parked(bool initiator, bool responder)
    {
        using ChannelPair pair = Parked(initiator, responder);
        Assert.Equal((initiator, responder), (pair.Initiator.Core.Sender.IsParked, pair.Responder.Core.Sender.IsParked));
        Assert.Equal((responder, initiator), (pair.Initiator.Core.Receiver.IsParked, pair.Responder.Core.Receiver.IsParked));

        pair.Rekey();

        Assert.False(pair.Initiator.Core.Sender.IsParked || pair.Responder.Core.Sender.IsParked);
        pair.RequireData(9);
    }

    [Fact]
    public void A_parked_sender_seals_no_stream_record_no_key_update_and_no_second_park()
    {
        using ChannelPair pair = Parked(initiator: true, responder: false);

        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Data(1));
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.End());
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.UpdateKey());
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Park());
        Assert.Equal(ErrorCode.Busy, pair.Responder.Receive(pair.Initiator.Abort(ErrorCode.Busy)).Single().Code);
    }

    [Fact]
    public void The_key_that_protected_data_is_gone_when_the_park_is_sent_and_when_it_is_received()
    {
        using ChannelPair pair = Started();
        Secret sending = pair.Initiator.Core.Exchange.Secrets.TrafficInitiator;
        Secret receiving = pair.Responder.Core.Exchange.Secrets.TrafficInitiator;

        byte[] park = pair.Initiator.Park();
        Assert.True(sending.IsDisposed);
        pair.Responder.Receive(park);
        Assert.True(receiving.IsDisposed);
    }

    [Fact]
    public void A_parked_idle_channel_closes_without_new_keys()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Park());
        pair.Initiator.Receive(pair.Responder.Park());

        Assert.Equal(RecordType.Close, pair.Responder.Receive(pair.Initiator.Close()).Single().Type);
        Assert.Equal(RecordType.Close, pair.Initiator.Receive(pair.Responder.Close()).Single().Type);
    }

    [Fact]
    public void A_parked_responder_asks_and_the_initiators_M1_answers()
    {
        using ChannelPair pair = Parked(initiator: false, responder: true);

        Assert.Equal(AskKind.Keys, pair.Initiator.Receive(pair.Responder.Ask(AskKind.Keys)).Single().Ask);
        Assert.Equal(AskKind.Keys, ((InitiatorExchange)pair.Initiator.Core.Exchange).Wanted);
        pair.Rekey();

        Assert.Null(((InitiatorExchange)pair.Initiator.Core.Exchange).Wanted);
        pair.RequireData(1);
    }

    [Fact]
    public void A_park_inside_an_exchange_belongs_to_the_keys_it_is_sent_under()
    {
        using ChannelPair pair = Started();
        pair.Responder.Receive(pair.Initiator.Request());
        byte[] m2 = [.. pair.Responder.Answer(), .. pair.Responder.Park()];
        pair.Initiator.Receive(m2);
        pair.Initiator.TakeAnswer();
        byte[] parkedBefore = [.. pair.Initiator.Park(), .. pair.Initiator.Switch()];
        Assert.False(pair.Initiator.Core.Sender.IsParked);
        pair.Responder.Receive(parkedBefore);
        Assert.False(pair.Responder.Core.Sender.IsParked);

        pair.Initiator.Receive(pair.Responder.Park());

        Assert.True(pair.Initiator.Core.Receiver.IsParked);
        Assert.True(pair.Responder.Core.Sender.IsParked);
        pair.Responder.Receive(pair.Initiator.Data(3));
        Assert.Equal([3], pair.Responder.Delivered);
        Assert.Throws<InvalidOperationException>(() => pair.Responder.Data(1));
    }

    private static ChannelPair Parked(bool initiator, bool responder)
    {
        ChannelPair pair = Started();
        pair.Responder.Receive(initiator ? pair.Initiator.Park() : []);
        pair.Initiator.Receive(responder ? pair.Responder.Park() : []);
        return pair;
    }

    private static ChannelPair Started()
    {
        ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        return pair;
    }
}
