using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>Clauses 6.3 and 6.4: each rule broken alone, by a peer that has the keys, or stopped where it is this end's mistake.</summary>
public sealed class InBandRuleTests
{
    private const ProtocolError Unexpected = ProtocolError.UnexpectedMessage;

    [Fact]
    public void A_second_M1_while_one_is_unanswered_or_unswitched_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        byte[] m1 = pair.Initiator.Request();
        peer.Record(RecordType.QuickModeRequest, new byte[166]);
        pair.Responder.Receive(m1);
        Violation.Of(Unexpected, () => pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, 1)));

        using ChannelPair answered = ChannelPair.Create();
        using RecordForger other = answered.Forge(Role.Initiator);
        other.Record(RecordType.QuickModeRequest, new byte[166]);
        answered.Responder.Receive(answered.Initiator.Request());
        answered.Responder.Answer();
        Violation.Of(Unexpected, () => answered.Responder.Receive(other.Record(RecordType.QuickModeRequest, 1)));
    }

    [Theory]
    [InlineData(RecordType.QuickModeResponse)]
    [InlineData(RecordType.Refuse)]
    [InlineData(RecordType.Unknown)]
    [InlineData(RecordType.Switch)]
    public void An_answer_without_an_M1_is_refused(RecordType type)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Record(type, 1)));
    }

    [Fact]
    public void The_responders_switch_before_the_initiators_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.ToVerified();
        peer.Record(RecordType.QuickModeResponse, new byte[85]);

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Record(RecordType.Switch)));
    }

    [Fact]
    public void A_switch_before_M2_was_sent_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive(pair.Initiator.Request());
        peer.Record(RecordType.QuickModeRequest, new byte[166]);

        Violation.Of(Unexpected, () => pair.Responder.Receive(peer.Record(RecordType.Switch, new byte[48])));
    }

    [Fact]
    public void A_close_while_an_exchange_is_outstanding_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive(pair.Initiator.Request());
        peer.Record(RecordType.QuickModeRequest, new byte[166]);

        Violation.Of(Unexpected, () => pair.Responder.Receive(peer.Record(RecordType.Close)));
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Close());
    }

    [Fact]
    public void M1_behind_a_close_is_stopped_at_the_one_and_refused_at_the_other()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive(pair.Initiator.Close());
        peer.Record(RecordType.Close);

        Violation.Of(Unexpected, () => pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, 1)));
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Request());
    }

    [Fact]
    public void An_association_of_another_node_is_refused_by_the_responder_and_ends_the_channel()
    {
        using ChannelPair pair = ChannelPair.Create();
        using var newer = new TestAssociation(1);
        pair.Responder.Receive(pair.Initiator.Request(newer.Exchange));

        pair.Initiator.Receive(pair.Responder.Answer(newer.Of("another.lab.test")));

        ProtocolException refusal = Violation.Of(ProtocolError.RefusedByPeer, () => pair.Initiator.TakeAnswer());
        Assert.Equal(ErrorCode.NotAuthorised, refusal.Code);
    }

    [Fact]
    public void An_association_of_another_node_is_not_even_offered_by_the_initiator()
    {
        using ChannelPair pair = ChannelPair.Create();
        using var newer = new TestAssociation(1);

        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Request(newer.Of("another.lab.test")));
        Assert.False(pair.Initiator.Core.Exchange.IsOutstanding);
    }

    [Fact]
    public void Names_are_compared_without_regard_to_case()
    {
        using ChannelPair pair = ChannelPair.Create();
        using var newer = new TestAssociation(1);

        pair.Rekey(newer.Of(TestAssociation.PeerName.ToUpperInvariant()));

        Assert.Equal(1, pair.Initiator.Core.Exchange.Completed);
    }

    [Fact]
    public void M1_of_another_channel_of_the_association_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create(nonce: 1);
        using ChannelPair other = ChannelPair.Create(nonce: 2);
        using RecordForger peer = pair.Forge(Role.Initiator);
        other.Responder.Receive(other.Initiator.Request());

        pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, other.Responder.LastExchangeBody));

        Violation.Of(ProtocolError.BadMac, () => pair.Responder.Answer());
    }

    [Fact]
    public void M1_replayed_after_an_exchange_names_an_old_state_of_the_channel()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Rekey();
        byte[] old = pair.Responder.LastExchangeBody;
        pair.Responder.Receive(pair.Initiator.Request());

        Violation.Of(ProtocolError.BadMac, () => ((ResponderExchange)pair.Responder.Core.Exchange).Read(old));
    }

    [Fact]
    public void An_ask_is_sent_once_until_it_is_answered_and_never_inside_an_exchange()
    {
        using ChannelPair pair = ChannelPair.Create();
        byte[] ask = pair.Responder.Ask(AskKind.Keys);
        Assert.Empty(pair.Responder.Ask(AskKind.Association));
        pair.Responder.Receive(pair.Initiator.Request());
        Assert.Empty(pair.Responder.Ask(AskKind.Keys));
        byte[] m2 = pair.Responder.Answer();
        pair.Initiator.Receive(ask);
        Assert.Null(((InitiatorExchange)pair.Initiator.Core.Exchange).Wanted);
        pair.Initiator.Receive(m2);
        pair.Initiator.TakeAnswer();
        pair.Responder.Receive(pair.Initiator.Switch());
        Assert.Empty(pair.Responder.Ask(AskKind.Keys));
        pair.Initiator.Receive(pair.Responder.Switch());

        Assert.NotEmpty(pair.Responder.Ask(AskKind.Association));
    }

    [Fact]
    public void A_second_ask_while_one_is_unanswered_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.Initiator.Receive(peer.Record(RecordType.Ask, (byte)AskKind.Keys));
        pair.Initiator.Request();

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Record(RecordType.Ask, (byte)AskKind.Association)));
    }

    [Fact]
    public void An_ask_between_M2_and_the_responders_switch_is_refused_but_an_ask_to_close_is_not()
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(Role.Responder);
        pair.ToVerified();
        peer.Record(RecordType.QuickModeResponse, new byte[85]);
        pair.Initiator.Receive(peer.Record(RecordType.Ask, (byte)AskKind.Close));
        pair.Initiator.Switch();

        Violation.Of(Unexpected, () => pair.Initiator.Receive(peer.Record(RecordType.Ask, (byte)AskKind.Keys)));
    }

    [Fact]
    public void An_ask_that_crosses_the_close_is_without_effect()
    {
        using ChannelPair pair = ChannelPair.Create();
        byte[] ask = pair.Responder.Ask(AskKind.Keys);
        pair.Responder.Receive(pair.Initiator.Close());

        pair.Initiator.Receive(ask);

        Assert.Null(((InitiatorExchange)pair.Initiator.Core.Exchange).Wanted);
        Assert.Equal(RecordType.Close, pair.Initiator.Receive(pair.Responder.Close()).Single().Type);
    }

    [Fact]
    public void Messages_of_an_exchange_are_rationed()
    {
        using ChannelPair pair = ChannelPair.Create();
        for (int i = 0; i < Limits.ControlRecordRation; i++)
        {
            pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false));
            pair.Initiator.Receive(pair.Responder.AnswerUnknown());
            pair.Initiator.TakeAnswer();
        }

        Violation.Of(ProtocolError.LimitReached, () => pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false)));
    }

    [Fact]
    public void Two_exchanges_at_once_and_steps_out_of_turn_are_stopped()
    {
        using ChannelPair pair = ChannelPair.Create();
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Switch());
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.TakeAnswer());
        pair.Responder.Receive(pair.Initiator.Request());
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Request());
        pair.Responder.Answer();
        Assert.Throws<InvalidOperationException>(() => pair.Responder.Answer());
    }
}
