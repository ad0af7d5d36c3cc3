using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>Clause 4.7: a peer cannot make this end derive keys all day.</summary>
public sealed class ControlRationTests
{
    private static readonly TimeSpan PerRecord = TimeSpan.FromSeconds(60.0 / Limits.ControlRecordRation);

    [Fact]
    public void The_33rd_key_update_at_once_is_refused()
    {
        using ChannelPair pair = WithRationUsedUp();

        Refused(pair);
    }

    [Fact]
    public void The_ration_is_refilled_evenly()
    {
        using ChannelPair pair = WithRationUsedUp();
        pair.Now += PerRecord + TimeSpan.FromMilliseconds(1);

        Update(pair);

        Refused(pair);
    }

    [Fact]
    public void No_more_than_32_are_saved_in_an_hour()
    {
        using ChannelPair pair = WithRationUsedUp();
        pair.Now += TimeSpan.FromHours(1);
        Update(pair, Limits.ControlRecordRation);

        Refused(pair);
    }

    [Fact]
    public void Sixteen_stream_records_earn_one_more()
    {
        using ChannelPair pair = WithRationUsedUp();
        Data(pair, Limits.StreamRecordsPerControlRecord);

        Update(pair);

        Refused(pair);
    }

    [Fact]
    public void Fifteen_stream_records_earn_none()
    {
        using ChannelPair pair = WithRationUsedUp();
        Data(pair, Limits.StreamRecordsPerControlRecord - 1);

        Refused(pair);
    }

    [Fact]
    public void No_more_than_32_are_earned()
    {
        using ChannelPair pair = WithRationUsedUp();
        Data(pair, 2 * Limits.ControlRecordRation * Limits.StreamRecordsPerControlRecord);
        Update(pair, Limits.ControlRecordRation);

        Refused(pair);
    }

    [Fact]
    public void Asks_are_rationed_too()
    {
        using ChannelPair pair = ChannelPair.Create();
        for (int i = 0; i < Limits.ControlRecordRation; i++)
        {
            pair.Initiator.Receive(pair.Responder.Ask());
        }

        Violation.Of(ProtocolError.LimitReached, () => pair.Initiator.Receive(pair.Responder.Ask()));
    }

    [Fact]
    public void Abort_and_close_are_not_counted()
    {
        using ChannelPair aborted = WithRationUsedUp();
        Assert.Equal(RecordType.Abort, aborted.Responder.Receive(aborted.Initiator.Abort()).Single().Type);

        using ChannelPair closed = WithRationUsedUp();
        closed.Responder.Receive(closed.Initiator.End());
        closed.Initiator.Receive(closed.Responder.End());
        Assert.Equal(RecordType.Close, closed.Responder.Receive(closed.Initiator.Close()).Single().Type);
    }

    [Fact]
    public void Confirm_is_not_counted()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Confirm());
        Update(pair, Limits.ControlRecordRation);

        Refused(pair);
    }

    [Fact]
    public void Both_ends_know_when_half_of_it_is_used_up_and_when_no_more()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        Update(pair, Limits.ScarceControlRecords);
        Assert.Equal((false, false), Scarce(pair));

        Update(pair);
        Assert.Equal((true, true), Scarce(pair));

        pair.Now += PerRecord + TimeSpan.FromMilliseconds(1);
        Assert.Equal((false, false), Scarce(pair));
        Update(pair);
        Assert.Equal((true, true), Scarce(pair));
        Data(pair, Limits.StreamRecordsPerControlRecord);
        Assert.Equal((false, false), Scarce(pair));
    }

    private static (bool, bool) Scarce(ChannelPair pair) => (pair.Initiator.Core.IsControlScarce(pair.Now), pair.Responder.Core.IsControlScarce(pair.Now));

    // With an open first: it earns nothing while the ration is full.
    private static ChannelPair WithRationUsedUp()
    {
        ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        Update(pair, Limits.ControlRecordRation);
        return pair;
    }

    private static void Update(ChannelPair pair, int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            pair.Responder.Receive(pair.Initiator.UpdateKey());
        }
    }

    private static void Data(ChannelPair pair, int count)
    {
        for (int i = 0; i < count; i++)
        {
            pair.Responder.Receive(pair.Initiator.Data(1));
        }
    }

    private static void Refused(ChannelPair pair) =>
        Violation.Of(ProtocolError.LimitReached, () => pair.Responder.Receive(pair.Initiator.UpdateKey()));
}
