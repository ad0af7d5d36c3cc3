using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

/// <summary>What comes back for a quick mode request: alert, unknown, refuse, or something made by somebody in between.</summary>
public sealed class QuickModeAnswerTests
{
    private static readonly byte[] PrefaceAndAlert = [.. Preface.Bytes, 0x7F, 0, 0, 0, 0];
    private readonly PairNodes _nodes = new();

    public QuickModeAnswerTests() => Pair.Run(_nodes).Dispose();

    [Fact]
    public void A_replayed_request_gets_the_alert_and_nothing_else()
    {
        byte[] recorded = [];
        Pair.Run(_nodes, (initiator, index, bytes) =>
        {
            recorded = initiator && index == 1 ? bytes : recorded;
            return [bytes];
        }).Dispose();

        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) => initiator && index == 1 ? [recorded] : [bytes]);

        Assert.Equal(ProtocolError.Replayed, pair.Responder.Failure?.Error);
        Assert.Equal(PrefaceAndAlert, pair.Responder.LastWords);
        Assert.False(pair.Responder.SpokeBefore);
        Assert.Equal(ProtocolError.AlertedByPeer, pair.Initiator.Failure?.Error);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(20_000 - Limits.CounterWindow)]
    public void A_stale_counter_gets_the_alert(int counter)
    {
        _nodes.Association!.Counter = 19_999;
        Pair.Run(_nodes).Dispose();
        _nodes.Association.Counter = (ulong)counter - 1;

        using Pair pair = Pair.Run(_nodes);

        Assert.Equal(ProtocolError.Replayed, pair.Responder.Failure?.Error);
        Assert.Equal(PrefaceAndAlert, pair.Responder.LastWords);
    }

    [Fact]
    public void The_oldest_counter_of_the_window_makes_a_channel()
    {
        _nodes.Association!.Counter = 19_999;
        Pair.Run(_nodes).Dispose();
        _nodes.Association.Counter = 20_000 - Limits.CounterWindow;

        using Pair pair = Pair.Run(_nodes);

        Assert.Equal(NegotiationStatus.Done, pair.Initiator.Status);
    }

    [Fact]
    public void A_lost_association_is_replaced_on_the_same_connection()
    {
        byte[] old = _nodes.Association!.Keys.Id;
        _nodes.Issued.Clear();

        using Pair pair = Pair.Run(_nodes);

        AssertReplaced(pair, old, Fate.Lost);
    }

    [Fact]
    public void A_forged_unknown_costs_a_main_mode_and_the_association_is_kept()
    {
        byte[] old = _nodes.Association!.Keys.Id;
        var pair = default(Pair);
        using Pair started = pair = new Pair(_nodes, (initiator, index, bytes) =>
        {
            if (initiator && index == 1)
            {
                pair!.Inject(toInitiator: true, [.. Preface.Bytes, .. Unknown(bytes)]);
                return [];
            }
            return !initiator && index == 0 ? [] : [bytes];
        });
        started.Transfer();

        AssertReplaced(started, old, Fate.Kept);
        Assert.True(_nodes.Issued.ContainsKey(Convert.ToHexString(old)));
    }

    [Theory]
    [InlineData(RecordHeader.Size)]
    [InlineData(RecordHeader.Size + Limits.IdSize)]
    public void Unknown_with_another_id_or_nonce_is_a_violation(int offset)
    {
        _nodes.Issued.Clear();
        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) => !initiator && index == 1 ? [Flip(bytes, offset * 8)] : [bytes]);

        Assert.Equal(ProtocolError.BadMessage, pair.Initiator.Failure?.Error);
        Assert.Empty(pair.Initiator.Tried);
    }

    [Fact]
    public void Unknown_counts_only_before_main_mode()
    {
        _nodes.Issued.Clear();
        byte[] secondRequest = [];
        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) =>
        {
            secondRequest = initiator ? bytes : secondRequest;
            return !initiator && (RecordType)bytes[0] == RecordType.QuickModeResponse ? [Unknown(secondRequest)] : [bytes];
        });

        Assert.NotNull(pair.Initiator.MainMode);
        Assert.Equal(ProtocolError.UnknownAssociation, pair.Initiator.Failure?.Error);
        Assert.Equal([0x7F, 0, 0, 0, 0], pair.Initiator.LastWords);
    }

    [Fact]
    public void Two_unknowns_are_a_violation()
    {
        _nodes.Issued.Clear();
        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) => !initiator && index == 1 ? [bytes, bytes] : [bytes]);

        Assert.Equal(ProtocolError.UnexpectedMessage, pair.Initiator.Failure?.Error);
    }

    [Fact]
    public void A_second_request_behind_unknown_is_a_violation()
    {
        _nodes.Issued.Clear();
        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) => initiator && index == 1 ? [bytes, bytes] : [bytes]);

        Assert.Equal(ProtocolError.UnexpectedMessage, pair.Responder.Failure?.Error);
    }

    [Fact]
    public void An_authentic_refusal_tells_its_code()
    {
        using Pair pair = Refused((_, _, bytes) => [bytes]);

        Assert.Equal((ProtocolError.RefusedByPeer, ErrorCode.NegotiationFailed), (pair.Initiator.Failure?.Error, pair.Initiator.Failure?.Code));
        Assert.Empty(pair.Initiator.LastWords);
        Assert.Equal(ProtocolError.NothingInCommon, pair.Responder.Failure?.Error);
    }

    [Fact]
    public void A_changed_refusal_is_not_believed()
    {
        const int Length = RecordHeader.Size + 1 + 48;
        for (int bit = 0; bit < Length * 8; bit++)
        {
            int changed = bit;
            using Pair pair = Refused((initiator, index, bytes) => !initiator && index == 1 ? [Flip(bytes, changed)] : [bytes]);
            pair.Wait(Limits.HandshakeDeadline);

            Assert.Equal(NegotiationStatus.Failed, pair.Initiator.Status);
            Assert.True(pair.Initiator.Failure!.Error != ProtocolError.RefusedByPeer, $"bit {changed} is believed");
        }
    }

    [Fact]
    public void Ones_own_share_coming_back_is_refused()
    {
        const int InRequest = RecordHeader.Size + 1 + 1 + Limits.IdSize + 8 + Limits.NonceSize + 4;
        const int InResponse = RecordHeader.Size + 1 + Limits.NonceSize + 4;
        byte[] share = [];
        using Pair pair = Pair.Run(_nodes, (initiator, index, bytes) =>
        {
            if (index != 1)
            {
                return [bytes];
            }
            share = initiator ? bytes[InRequest..(InRequest + 65)] : share;
            return initiator ? [bytes] : [[.. bytes[..InResponse], .. share, .. bytes[(InResponse + 65)..]]];
        });

        Assert.Equal(ProtocolError.Reflected, pair.Initiator.Failure?.Error);
    }

    private Pair Refused(PairWire wire)
    {
        _nodes.ForwardSecrecy = false;
        _nodes.DemandForwardSecrecy = true;
        return Pair.Run(_nodes, wire);
    }

    private static void AssertReplaced(Pair pair, byte[] old, Fate fate)
    {
        Assert.Equal((NegotiationStatus.Done, NegotiationStatus.Done), (pair.Initiator.Status, pair.Responder.Status));
        Assert.Equal(old, pair.Initiator.Tried);
        Assert.Equal(old, pair.Responder.Tried);
        Assert.Equal((fate, fate), (pair.Initiator.MainMode!.Fate, pair.Responder.MainMode!.Fate));
        Assert.NotEqual(old, pair.Initiator.MainMode.AssociationId.ToArray());
        pair.SendBothWays([1], [2]);
        Assert.Equal([2], pair.Initiator.Delivered);
    }

    // As anybody could make it from a request that was seen (clause 3.8).
    private static byte[] Unknown(byte[] request)
    {
        const int Id = RecordHeader.Size + 2;
        const int Nonce = Id + Limits.IdSize + 8;
        return [(byte)RecordType.Unknown, 0, 0, 0, 48, .. request[Id..(Id + Limits.IdSize)], .. request[Nonce..(Nonce + Limits.NonceSize)]];
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(1 << bit % 8);
        return flipped;
    }
}
