using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>Clauses 6.1 to 6.4 crossing each other: nothing is lost, doubled, held up or taken under a wrong key.</summary>
public sealed class InterleavingTests
{
    [Fact]
    public void Whatever_crosses_whatever_the_data_comes_out_and_both_ends_agree()
    {
        long completed = 0;
        int refused = 0;
        for (int seed = 0; seed < 1_500; seed++)
        {
            using var channel = new ScheduledChannel(seed);
            for (int i = 0; i < 80; i++)
            {
                channel.Step();
            }
            channel.Settle();
            ChannelPair pair = channel.Pair;

            Assert.Equal(channel.SentByInitiator, pair.Responder.Delivered);
            Assert.Equal(channel.SentByResponder, pair.Initiator.Delivered);
            Assert.False(pair.Initiator.Core.Exchange.IsOutstanding || pair.Responder.Core.Exchange.IsOutstanding);
            Assert.Equal(pair.Initiator.Core.Sender.IsParked, pair.Responder.Core.Receiver.IsParked);
            Assert.Equal(pair.Responder.Core.Sender.IsParked, pair.Initiator.Core.Receiver.IsParked);
            RequireThatItGoesOn(pair);
            completed += pair.Initiator.Core.Exchange.Completed;
            refused += channel.Refused;
        }
        Assert.True(completed > 3_000 && refused > 500, $"{completed} exchanges completed, {refused} refused: the schedules do not try much");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_update_a_park_or_data_of_either_end_at_each_point_of_an_exchange(bool forwardSecrecy)
    {
        Action<ChannelEnd, ChannelEnd>[] crossings =
        [
            (end, other) => other.Receive(end.Data(5)),
            (end, other) => other.Receive(end.UpdateKey()),
            (end, other) => other.Receive(end.Park()),
            (end, other) => other.Receive([.. end.UpdateKey(), .. end.Data(6), .. end.Park()]),
        ];
        foreach (Action<ChannelEnd, ChannelEnd> crossing in crossings)
        {
            for (int point = 0; point < 6; point++)
            {
                foreach (Role role in Enum.GetValues<Role>())
                {
                    using ChannelPair pair = ChannelPair.Create();
                    pair.Responder.Receive(pair.Initiator.Open());
                    Exchange(pair, forwardSecrecy, at => { if (at == point) { crossing(pair.End(role), pair.End(1 - role)); } });
                    Assert.Equal(1, pair.Responder.Core.Exchange.Completed);
                    RequireThatItGoesOn(pair);
                }
            }
        }
    }

    /// <summary>Each record in flight is there before anything that is sent later, as TCP has it.</summary>
    private static void Exchange(ChannelPair pair, bool forwardSecrecy, Action<int> point)
    {
        point(0);
        pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: forwardSecrecy));
        point(1);
        pair.Initiator.Receive(pair.Responder.Answer());
        point(2);
        pair.Initiator.TakeAnswer();
        point(3);
        byte[] ownSwitch = pair.Initiator.Switch();
        pair.Responder.Receive(ownSwitch);
        point(4);
        pair.Initiator.Receive(pair.Responder.Switch());
        point(5);
    }

    private static void RequireThatItGoesOn(ChannelPair pair)
    {
        pair.Now += TimeSpan.FromMinutes(2);
        pair.Rekey(forwardSecrecy: false);
        if (pair.Initiator.Core.Sender.IsIdle)
        {
            pair.Responder.Receive(pair.Initiator.Open(pair.Initiator.Core.Sender.StreamNumber + 1));
        }
        if (!pair.Initiator.Core.Sender.SentEnd)
        {
            pair.Responder.Receive([.. pair.Initiator.Data(1), .. pair.Initiator.End()]);
        }
        if (!pair.Responder.Core.Sender.SentEnd)
        {
            pair.Initiator.Receive([.. pair.Responder.Data(1), .. pair.Responder.End()]);
        }
        Assert.Equal(RecordType.Close, pair.Responder.Receive(pair.Initiator.Close()).Single().Type);
        Assert.Equal(RecordType.Close, pair.Initiator.Receive(pair.Responder.Close()).Single().Type);
    }
}
