using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>
/// Each bit of M1, M2 and the switch changed alone: on the wire, where records stop it, and inside the record, where only the binders do.
/// No application byte comes out of what follows.
/// </summary>
public sealed class InBandAlterationTests
{
    [Fact]
    public void A_bit_changed_on_the_wire_ends_the_channel()
    {
        using ChannelPair sample = Started();
        byte[] m1 = sample.Initiator.Request(forwardSecrecy: false);
        EachBit(m1, altered =>
        {
            using ChannelPair pair = Started();
            pair.Initiator.Request(forwardSecrecy: false);
            // Not the same M1, whose nonce is another, but one that the first record of the channel would have been.
            Assert.Throws<ProtocolException>(() => Whole(pair.Responder, altered));
        });
    }

    [Fact]
    public void A_bit_changed_inside_M1_gets_no_M2()
    {
        using ChannelPair pair = Started();
        pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false));
        EachBit(pair.Responder.LastExchangeBody, altered =>
        {
            using ChannelPair fresh = Started();
            using RecordForger peer = fresh.Forge(Role.Initiator);
            peer.Open();
            fresh.Responder.Receive(peer.Record(RecordType.QuickModeRequest, altered));
            byte[]? id = Try(fresh.Responder.ReadRequest);
            // A changed id is unknown to the responder, or another association under which binder 1 is wrong.
            bool known = id is not null && id.SequenceEqual(fresh.Association.Keys.Id);
            Assert.True(!known || Try(() => fresh.Responder.Answer()) is null);
        });
    }

    [Fact]
    public void A_bit_changed_inside_M2_gets_no_switch()
    {
        using ChannelPair pair = Started();
        pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false));
        pair.Initiator.Receive(pair.Responder.Answer());
        var exchange = (InitiatorExchange)pair.Initiator.Core.Exchange;

        EachBit(pair.Initiator.LastExchangeBody, altered => Assert.Throws<ProtocolException>(() => exchange.Take(RecordType.QuickModeResponse, altered)));

        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Switch());
    }

    [Fact]
    public void A_bit_changed_inside_the_switch_changes_no_key_and_delivers_nothing()
    {
        var binder = new byte[48];
        EachBit(binder, mask =>
        {
            using ChannelPair pair = Started();
            using RecordForger peer = pair.Forge(Role.Initiator);
            peer.Open();
            pair.ToVerified(forwardSecrecy: false);
            peer.Record(RecordType.QuickModeRequest, new byte[166]);
            byte[] binder3 = ((InitiatorExchange)pair.Initiator.Core.Exchange).Binder3.ToArray();
            byte[] altered = [.. binder3.Zip(mask, (a, b) => (byte)(a ^ b))];
            pair.Initiator.Switch();

            Assert.Throws<ProtocolException>(() => pair.Responder.Receive([.. peer.Record(RecordType.Switch, altered), .. pair.Initiator.Data(1)]));
            Assert.Empty(pair.Responder.Delivered);
            Assert.Equal(ExchangePhase.AwaitingSwitch, pair.Responder.Core.Exchange.Phase);
        });
    }

    [Fact]
    public void A_bit_changed_inside_a_refusal_or_unknown_is_not_taken()
    {
        using ChannelPair refused = Started();
        refused.Responder.Receive(refused.Initiator.Request(forwardSecrecy: false));
        refused.Initiator.Receive(refused.Responder.Answer(demandForwardSecrecy: true));
        EachBit(refused.Initiator.LastExchangeBody, altered => Assert.Throws<ProtocolException>(
            () => ((InitiatorExchange)refused.Initiator.Core.Exchange).Take(RecordType.Refuse, altered)));

        using ChannelPair unknown = Started();
        unknown.Responder.Receive(unknown.Initiator.Request(forwardSecrecy: false));
        unknown.Initiator.Receive(unknown.Responder.AnswerUnknown());
        EachBit(unknown.Initiator.LastExchangeBody, altered => Assert.Throws<ProtocolException>(
            () => ((InitiatorExchange)unknown.Initiator.Core.Exchange).Take(RecordType.Unknown, altered)));
    }

    /// <summary>A changed length may leave the record incomplete: then the connection's next bytes complete it.</summary>
    private static void Whole(ChannelEnd end, byte[] record)
    {
        end.Receive(record);
        end.Receive(new byte[2_048]);
    }

    private static T? Try<T>(Func<T> step)
        where T : class
    {
        try
        {
            return step();
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    private static void EachBit(byte[] original, Action<byte[]> action)
    {
        for (int bit = 0; bit < original.Length * 8; bit++)
        {
            byte[] altered = [.. original];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            action(altered);
        }
    }

    private static ChannelPair Started()
    {
        ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        return pair;
    }
}
