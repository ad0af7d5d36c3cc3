using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public void Without_a_whole_first_message_an_end_lives_five_seconds(int bytes)
    {
        using Pair pair = Pair.Run(new PairNodes(), (initiator, index, unit) => initiator && index == 1 ? [unit[..bytes]] : [unit]);

        pair.Wait(Limits.FirstMessageDeadline - Tick);
        Assert.Null(pair.Initiator.Failure);
        Assert.Null(pair.Responder.Failure);
        pair.Wait(Tick);
        Assert.Equal(ProtocolError.Deadline, pair.Initiator.Failure?.Error);
        Assert.Equal(ProtocolError.Deadline, pair.Responder.Failure?.Error);
    }

    [Fact]
    public void A_handshake_lives_ten_seconds_in_all()
    {
        using Pair pair = Pair.Run(new PairNodes(), (initiator, index, unit) => initiator && index == 2 ? [] : [unit]);

        pair.Wait(Limits.HandshakeDeadline - Tick);
        Assert.Null(pair.Initiator.Failure);
        Assert.Null(pair.Responder.Failure);
        pair.Wait(Tick);
        Assert.Equal(ProtocolError.Deadline, pair.Initiator.Failure?.Error);
        Assert.Equal(ProtocolError.Deadline, pair.Responder.Failure?.Error);
    }

    [Fact]
    public void A_channel_has_no_deadline_of_the_negotiation()
    {
        using Pair pair = Pair.Run(new PairNodes());

        pair.Wait(TimeSpan.FromSeconds(11));
        pair.SendBothWays([1], [2]);

        Assert.Equal((NegotiationStatus.Done, NegotiationStatus.Done), (pair.Initiator.Status, pair.Responder.Status));
        Assert.Equal([2], pair.Initiator.Delivered);
    }
}
