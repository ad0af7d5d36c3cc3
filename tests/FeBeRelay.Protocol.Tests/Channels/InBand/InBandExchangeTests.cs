using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>Clause 6.3: the exchange as it should go.</summary>
public sealed class InBandExchangeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_directions_get_new_keys_and_names_and_the_channel_keeps_its_id(bool forwardSecrecy)
    {
        using ChannelPair pair = Started();
        byte[] id = pair.Initiator.Core.Id;
        (uint there, uint back) = (pair.Initiator.Core.Sender.Spi, pair.Initiator.Core.Receiver.Spi);

        pair.Rekey(forwardSecrecy: forwardSecrecy);

        pair.RequireData(7);
        Assert.Equal(id, pair.Initiator.Core.Id);
        Assert.Equal(id, pair.Responder.Core.Id);
        Assert.NotEqual(there, pair.Initiator.Core.Sender.Spi);
        Assert.NotEqual(back, pair.Initiator.Core.Receiver.Spi);
        Assert.Equal(pair.Initiator.Core.Sender.Spi, pair.Responder.Core.Receiver.Spi);
        Assert.Equal(pair.Initiator.Core.Receiver.Spi, pair.Responder.Core.Sender.Spi);
        Assert.Equal((1, 1), (pair.Initiator.Core.Exchange.Completed, pair.Responder.Core.Exchange.Completed));
    }

    [Fact]
    public void A_hybrid_exchange_makes_new_keys_and_moves_a_channel_from_another_group_and_back()
    {
        using ChannelPair pair = Started();
        using var hybrid = new TestAssociation(1, group: Group.P256MlKem768);
        using var other = new TestAssociation(2);

        pair.Rekey(hybrid.Exchange);
        pair.RequireData(1);
        pair.Rekey(hybrid.Exchange);
        pair.RequireData(2);
        pair.Rekey(other.Exchange);
        pair.RequireData(3);

        Assert.Equal((3, 3), (pair.Initiator.Core.Exchange.Completed, pair.Responder.Core.Exchange.Completed));
    }

    [Fact]
    public void Only_a_share_that_waits_needs_the_room_for_a_long_one()
    {
        using ChannelPair pair = Started();
        using var hybrid = new TestAssociation(1, group: Group.P256MlKem768);
        ChannelSender sender = pair.Initiator.Core.Sender;
        Assert.Equal(ChannelSender.UsualControlBytes, sender.ControlBytes);

        ((InitiatorExchange)pair.Initiator.Core.Exchange).Start(hybrid.Exchange, forwardSecrecy: true, NodeEntropy.Instance);

        Assert.Equal(ChannelSender.MaxControlBytes, sender.ControlBytes);
        Assert.InRange(sender.Request(new byte[sender.ControlBytes], pair.Now), Group.P256MlKem768.OfferSize, ChannelSender.MaxControlBytes);
        Assert.Equal(ChannelSender.UsualControlBytes, sender.ControlBytes);
    }

    [Fact]
    public void A_channel_moves_to_an_association_of_another_suite_group_and_life_and_on()
    {
        using ChannelPair pair = Started();
        var limits = KeyLimits.Of(seconds: 10, kilobytes: 1_024);
        using var newer = new TestAssociation(1, Suite.Aes128Gcm, limits, Group.P384);
        using var newest = new TestAssociation(2, Suite.Aes256Gmac);

        pair.Rekey(newer.Exchange);
        pair.RequireData(1);
        pair.Responder.Receive(pair.Initiator.Data(new byte[Limits.MaxPlaintext]));
        pair.Now += limits.SoftAge;
        Assert.Equal(RecordType.KeyUpdate, pair.Responder.Receive(pair.Initiator.Data(2))[0].Type);

        pair.Rekey(newest.Exchange);
        pair.RequireData(3);
        Assert.Contains((byte)4, pair.Initiator.Data(4)[RecordHeader.Size..]);
    }

    [Fact]
    public void The_switch_is_the_last_record_under_the_old_key_and_the_responders_next_record_whatever_that_is()
    {
        using ChannelPair pair = Started();
        pair.ToVerified();

        byte[] ownSwitch = pair.Initiator.Switch();
        byte[] dataBehind = pair.Initiator.Data(1);
        pair.Responder.Receive([.. ownSwitch, .. dataBehind]);
        byte[] answer = pair.Responder.Data(2);

        Assert.Equal(((byte)RecordType.Switch, (byte)0), (ownSwitch[0], ownSwitch[1]));
        Assert.Equal(((byte)RecordType.Data, (byte)1), (dataBehind[0], dataBehind[1]));
        Assert.Equal(((byte)RecordType.Switch, (byte)0), (answer[0], answer[1]));
        Assert.Equal([RecordType.Switch, RecordType.Data], pair.Initiator.Receive(answer).Select(r => r.Type));
        Assert.Empty(pair.Responder.Switch());
        Assert.False(pair.Responder.Core.Exchange.IsOutstanding);
        Assert.Equal([2], pair.Initiator.Delivered);
    }

    [Fact]
    public void Each_end_takes_the_other_direction_under_old_keys_until_the_peers_switch()
    {
        using ChannelPair pair = Started();
        byte[] early = pair.Responder.Data(1);
        pair.Responder.Receive(pair.Initiator.Request());
        byte[] m2 = pair.Responder.Answer();
        byte[] late = [.. pair.Responder.Data(2), .. pair.Responder.UpdateKey(), .. pair.Responder.Data(3)];
        pair.Initiator.Receive([.. early, .. m2]);
        pair.Initiator.TakeAnswer();
        byte[] inFlight = [.. pair.Initiator.Data(4), .. pair.Initiator.UpdateKey(), .. pair.Initiator.Switch(), .. pair.Initiator.UpdateKey(), .. pair.Initiator.Data(5)];

        pair.Initiator.Receive(late);
        pair.Responder.Receive(inFlight);
        pair.Initiator.Receive([.. pair.Responder.Switch(), .. pair.Responder.Data(6)]);

        Assert.Equal([1, 2, 3, 6], pair.Initiator.Delivered);
        Assert.Equal([4, 5], pair.Responder.Delivered);
    }

    [Fact]
    public void Old_keys_and_chain_secrets_are_zeroed_when_they_have_no_use_left()
    {
        using ChannelPair pair = Started();
        ChannelSecrets initiator = pair.Initiator.Core.Exchange.Secrets;
        ChannelSecrets responder = pair.Responder.Core.Exchange.Secrets;

        pair.Responder.Receive(pair.Initiator.Request());
        byte[] m2 = pair.Responder.Answer();
        Assert.True(responder.Chain.IsDisposed);
        pair.Initiator.Receive(m2);
        Assert.False(initiator.Chain.IsDisposed);
        pair.Initiator.TakeAnswer();
        Assert.True(initiator.Chain.IsDisposed);

        Assert.False(initiator.TrafficInitiator.IsDisposed);
        byte[] ownSwitch = pair.Initiator.Switch();
        Assert.True(initiator.TrafficInitiator.IsDisposed);
        Assert.False(initiator.TrafficResponder.IsDisposed);
        Assert.False(responder.TrafficInitiator.IsDisposed);
        pair.Responder.Receive(ownSwitch);
        Assert.True(responder.TrafficInitiator.IsDisposed);
        Assert.False(responder.TrafficResponder.IsDisposed);
        byte[] theirSwitch = pair.Responder.Switch();
        Assert.True(responder.TrafficResponder.IsDisposed);
        pair.Initiator.Receive(theirSwitch);
        Assert.True(initiator.TrafficResponder.IsDisposed);
    }

    [Fact]
    public void Disposing_in_the_middle_zeroes_old_and_new_keys()
    {
        ChannelPair pair = Started();
        ChannelSecrets old = pair.Initiator.Core.Exchange.Secrets;
        pair.ToVerified();
        ChannelSecrets fresh = pair.Initiator.Core.Exchange.Secrets;

        pair.Dispose();

        Assert.NotSame(old, fresh);
        Assert.All(
            [old.TrafficInitiator, old.TrafficResponder, old.Chain, fresh.TrafficInitiator, fresh.TrafficResponder, fresh.Chain],
            secret => Assert.True(secret.IsDisposed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refuse_and_unknown_change_no_key_and_the_next_exchange_goes_on_from_the_same_secrets(bool unknown)
    {
        using ChannelPair pair = Started();
        ChannelSecrets before = pair.Initiator.Core.Exchange.Secrets;
        pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false));

        pair.Initiator.Receive(unknown ? pair.Responder.AnswerUnknown() : pair.Responder.Answer(demandForwardSecrecy: true));

        Assert.Equal(unknown ? ExchangeAnswer.Unknown : ExchangeAnswer.Refused, pair.Initiator.TakeAnswer());
        Assert.Equal(unknown ? null : ErrorCode.NegotiationFailed, ((InitiatorExchange)pair.Initiator.Core.Exchange).RefusedWith);
        Assert.Same(before, pair.Initiator.Core.Exchange.Secrets);
        Assert.False(before.Chain.IsDisposed);
        pair.RequireData(1);
        pair.Rekey();
        pair.RequireData(2);
    }

    [Fact]
    public void The_deadline_counts_from_the_last_record_heard_at_both_ends()
    {
        using ChannelPair pair = Started();
        byte[] m1 = pair.Initiator.Request();
        TimeSpan soon = Limits.ExchangeDeadline - TimeSpan.FromTicks(1);
        Assert.False(pair.Initiator.Core.Exchange.IsOverdue(soon));
        Assert.True(pair.Initiator.Core.Exchange.IsOverdue(Limits.ExchangeDeadline));

        pair.Now = soon;
        pair.Responder.Receive(m1);
        pair.Initiator.Receive(pair.Responder.Data(1));
        byte[] m2 = pair.Responder.Answer();
        Assert.False(pair.Initiator.Core.Exchange.IsOverdue(soon + soon));
        Assert.True(pair.Responder.Core.Exchange.IsOverdue(soon + Limits.ExchangeDeadline));

        pair.Initiator.Receive(m2);
        pair.Initiator.TakeAnswer();
        pair.Responder.Receive(pair.Initiator.Switch());
        pair.Initiator.Receive(pair.Responder.Switch());
        Assert.False(pair.Initiator.Core.Exchange.IsOverdue(TimeSpan.FromDays(1)));
        Assert.False(pair.Responder.Core.Exchange.IsOverdue(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void The_epoch_goes_from_255_to_0_by_switches_too()
    {
        using ChannelPair pair = Started();
        for (int i = 0; i < 256; i++)
        {
            pair.Now += TimeSpan.FromSeconds(10);
            pair.Rekey(forwardSecrecy: false);
        }

        Assert.Equal(0, pair.Initiator.Data(1)[1]);
    }

    private static ChannelPair Started()
    {
        ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        return pair;
    }
}
