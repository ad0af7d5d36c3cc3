using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>
/// A session of 200 records, with key updates in it, in which an attacker in between spoils one: 1,400 sessions. The receiver ends at the first record that is not the next one, and has
/// delivered all data before it and nothing else.
/// </summary>
public sealed class SessionTamperingTests
{
    private const int Records = 200;
    private const int DataSize = 3;

    private static readonly byte[][] Session = Record(Role.Initiator, nonce: 1, updates: [50, 120]);
    private static readonly byte[][] OtherSession = Record(Role.Initiator, nonce: 2, updates: [50, 120]);
    private static readonly byte[][] OtherDirection = Record(Role.Responder, nonce: 1, updates: [50, 120]);
    private static readonly byte[][] OtherEpochs = Record(Role.Initiator, nonce: 1, updates: [10, 80]);

    [Fact]
    public void The_session_as_it_is_is_delivered_whole() => Assert.Equal((null, DataBefore(Records)), Play(Session));

    [Fact]
    public void A_record_left_out_ends_it() => ForEach(i => i == Records - 1 ? null : [.. Session[..i], .. Session[(i + 1)..]], i => i);

    [Fact]
    public void The_last_records_left_out_are_missed()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive([.. Session[..^1].SelectMany(r => r)]);

        Assert.False(pair.Responder.Core.Receiver.ReceivedEnd);
    }

    [Fact]
    public void A_record_twice_ends_it() => ForEach(i => [.. Session[..(i + 1)], .. Session[i..]], i => i + 1);

    [Fact]
    public void A_record_again_at_the_end_ends_it() => ForEach(i => [.. Session, Session[i]], _ => Records);

    [Fact]
    public void Two_records_exchanged_end_it() =>
        ForEach(i => i == Records - 1 ? null : [.. Session[..i], Session[i + 1], Session[i], .. Session[(i + 2)..]], i => i);

    [Fact]
    public void A_record_of_another_session_ends_it() => ForEach(i => [.. Session[..i], OtherSession[i], .. Session[(i + 1)..]], i => i);

    [Fact]
    public void A_record_of_the_other_direction_ends_it() => ForEach(i => [.. Session[..i], OtherDirection[i], .. Session[(i + 1)..]], i => i);

    [Fact]
    public void A_record_of_another_epoch_ends_it() =>
        // Up to the tenth record both sessions are one.
        ForEach(i => i <= 10 ? null : [.. Session[..i], OtherEpochs[i], .. Session[(i + 1)..]], i => i);

    private static void ForEach(Func<int, byte[][]?> change, Func<int, int> firstBad)
    {
        for (int i = 0; i < Records; i++)
        {
            if (change(i) is { } changed)
            {
                (ProtocolError? error, int delivered) = Play(changed);
                Assert.True(error is not null, $"record {i}: not noticed");
                Assert.True(delivered == DataBefore(firstBad(i)), $"record {i}: {delivered} bytes were delivered, {DataBefore(firstBad(i))} stand before it");
            }
        }
    }

    private static (ProtocolError? Error, int Delivered) Play(byte[][] records)
    {
        using ChannelPair pair = ChannelPair.Create();
        try
        {
            pair.Responder.Receive([.. records.SelectMany(r => r)]);
            return (null, pair.Responder.Delivered.Count);
        }
        catch (ProtocolException e)
        {
            return (e.Error, pair.Responder.Delivered.Count);
        }
    }

    private static int DataBefore(int record) => Session[..record].Count(r => (RecordType)r[0] == RecordType.Data) * DataSize;

    private static byte[][] Record(Role sender, byte nonce, int[] updates)
    {
        using ChannelPair pair = ChannelPair.Create(nonce: nonce);
        using RecordForger peer = pair.Forge(sender);
        return
        [
            .. Enumerable.Range(0, Records).Select(i =>
                i == 0 ? peer.Open()
                : i == Records - 1 ? peer.End()
                : updates.Contains(i) ? peer.KeyUpdate()
                : peer.Data((byte)i, 2, 3)),
        ];
    }
}
