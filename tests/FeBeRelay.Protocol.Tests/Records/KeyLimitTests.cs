using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Records;

/// <summary>Clauses 4.8 and 6.1: soft limits are answered by a key update in front of the record, hard ones refuse.</summary>
public sealed class KeyLimitTests
{
    private const int Largest = Limits.MaxPlaintext;
    private const int LargestPerSoftKey = 1_024 * 1_024 / Largest;
    private static readonly KeyLimits Short = KeyLimits.Of(seconds: 10, kilobytes: 1_024);

    [Fact]
    public void At_the_agreed_kilobytes_a_key_update_leaves_in_one_range_with_the_data_record()
    {
        using ChannelPair pair = Started();
        byte[] open = pair.Initiator.End();
        pair.Responder.Receive(open);
        pair.Initiator.Receive(pair.Responder.End());
        pair.Responder.Receive(pair.Initiator.UpdateKey());
        pair.Responder.Receive(pair.Initiator.Open(2));
        int before = 4 + 1 + 1 + 4 + 6;
        pair.Responder.Receive(pair.Initiator.Data(new byte[Largest - before]));
        for (int i = 1; i < LargestPerSoftKey; i++)
        {
            pair.Responder.Receive(pair.Initiator.Data(new byte[Largest]));
        }
        Assert.Equal(1, pair.Initiator.Core.Sender.KeyUpdates);

        byte[] wire = pair.Initiator.Data(7);

        Assert.Equal([RecordType.KeyUpdate, RecordType.Data], pair.Responder.Receive(wire).Select(r => r.Type));
        Assert.Equal(2, pair.Responder.Core.Receiver.KeyUpdates);
        Assert.Equal(7, pair.Responder.Delivered[^1]);
    }

    [Fact]
    public void An_end_that_reaches_a_soft_limit_has_its_key_update_in_front()
    {
        using ChannelPair pair = Started();
        pair.Now = Short.SoftAge;

        Assert.Equal([RecordType.KeyUpdate, RecordType.End], pair.Responder.Receive(pair.Initiator.End()).Select(r => r.Type));
    }

    [Fact]
    public void A_key_is_updated_at_the_agreed_age_less_at_most_a_tenth()
    {
        using RecordSealer sealer = Sealer(Short);
        var ages = new HashSet<TimeSpan>();
        for (int epoch = 0; epoch < 30; epoch++)
        {
            sealer.Seal(RecordType.Data, new byte[30], TimeSpan.FromHours(epoch));
            TimeSpan age = TimeSpan.FromSeconds(8);
            while (sealer.Plan(1, TimeSpan.FromHours(epoch) + age) == SealPlan.Proceed)
            {
                age += TimeSpan.FromMilliseconds(10);
            }
            Assert.InRange(age, 0.9 * Short.SoftAge, Short.SoftAge);
            ages.Add(age);
            sealer.Update();
        }
        Assert.True(ages.Count > 10, $"only {ages.Count} different ages in 30 epochs");
    }

    [Fact]
    public void The_clock_of_an_epoch_starts_with_its_first_record()
    {
        using RecordSealer sealer = Sealer(Short);

        Assert.Equal(SealPlan.Proceed, sealer.Plan(1, TimeSpan.FromDays(1)));
        sealer.Seal(RecordType.Data, new byte[30], TimeSpan.FromDays(1));
        Assert.Equal(SealPlan.Proceed, sealer.Plan(1, TimeSpan.FromDays(1) + 0.89 * Short.SoftAge));
    }

    [Fact]
    public void A_key_is_updated_after_the_protocols_number_of_records()
    {
        using RecordSealer sealer = Sealer(KeyLimits.Ceiling);
        var record = new byte[22];
        for (ulong i = 0; i < Limits.SoftRecordsPerKey; i++)
        {
            Assert.Equal(SealPlan.Proceed, sealer.Plan(1, TimeSpan.Zero));
            sealer.Seal(RecordType.Data, record, TimeSpan.Zero);
        }

        Assert.Equal(SealPlan.UpdateFirst, sealer.Plan(1, TimeSpan.Zero));
    }

    [Fact]
    public void Sealing_past_the_hard_number_of_bytes_is_refused()
    {
        using RecordSealer sealer = Sealer(Short);
        var record = new byte[5 + Largest + Limits.TagSize];
        for (ulong sealedBytes = Largest; sealedBytes <= Short.HardBytes; sealedBytes += Largest)
        {
            sealer.Seal(RecordType.Data, record, TimeSpan.Zero);
        }

        Violation.Of(ProtocolError.LimitReached, () => sealer.Seal(RecordType.Data, record, TimeSpan.Zero));
    }

    [Fact]
    public void Sealing_past_the_hard_age_is_refused()
    {
        using RecordSealer sealer = Sealer(Short);
        sealer.Seal(RecordType.Data, new byte[30], TimeSpan.Zero);
        sealer.Seal(RecordType.Data, new byte[30], Short.HardAge);

        Violation.Of(ProtocolError.LimitReached, () => sealer.Seal(RecordType.Data, new byte[30], Short.HardAge + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Opening_past_the_hard_number_of_bytes_is_refused()
    {
        using ChannelPair pair = ChannelPair.Create(limits: Short);
        using RecordForger peer = pair.Forge(Role.Initiator);
        pair.Responder.Receive(peer.Open());
        int records = (int)(Short.HardBytes / Largest);
        for (int i = 0; i < records; i++)
        {
            pair.Responder.Receive(peer.Data(new byte[Largest]));
        }

        Violation.Of(ProtocolError.LimitReached, () => pair.Responder.Receive(peer.Data(new byte[Largest])));

        Assert.Equal(records * Largest, pair.Responder.Delivered.Count);
    }

    [Fact]
    public void The_hard_limit_is_a_tenth_and_two_records_above_the_agreed_figure()
    {
        Assert.Equal(1_048_576UL, Short.SoftBytes);
        Assert.Equal(1_048_576UL + 104_857 + 131_072, Short.HardBytes);
        Assert.Equal(TimeSpan.FromSeconds(11), Short.HardAge);
        Assert.Equal(Limits.SoftBytesPerKey, KeyLimits.Of(10, 16_777_216).SoftBytes);
    }

    [Fact]
    public void The_epoch_goes_from_255_to_0()
    {
        using ChannelPair pair = Started();
        for (int update = 0; update < 257; update++)
        {
            // Slowly, because of the ration of control records.
            pair.Now += TimeSpan.FromSeconds(2);
            byte[] wire = pair.Initiator.UpdateKey();
            Assert.Equal((byte)update, wire[1]);
            pair.Responder.Receive(wire);
        }

        byte[] data = pair.Initiator.Data(9);
        pair.Responder.Receive(data);

        Assert.Equal(1, data[1]);
        Assert.Equal([9], pair.Responder.Delivered);
    }

    private static ChannelPair Started()
    {
        ChannelPair pair = ChannelPair.Create(limits: Short);
        pair.Responder.Receive(pair.Initiator.Open());
        return pair;
    }

    private static RecordSealer Sealer(KeyLimits limits) => new(Suite.Aes128Gcm, new Secret(32), spi: 12_345, limits);
}
