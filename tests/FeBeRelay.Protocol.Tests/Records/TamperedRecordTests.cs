using System.Text;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Records;

/// <summary>Clauses 4.1 to 4.5: what was changed, moved or made elsewhere does not open, and none of its bytes come out.</summary>
public sealed class TamperedRecordTests
{
    private static readonly byte[] Plaintext = Encoding.ASCII.GetBytes("attack at dawn");

    public static TheoryData<string> Suites => new(Suite.All.Select(s => s.Name));

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_record_comes_out_as_it_went_in(string suite)
    {
        using ChannelPair pair = Started(suite);

        pair.Responder.Receive(pair.Initiator.Data(Plaintext));
        pair.Initiator.Receive(pair.Responder.Data(Plaintext));

        Assert.Equal(Plaintext, pair.Responder.Delivered);
        Assert.Equal(Plaintext, pair.Initiator.Delivered);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void No_bit_of_a_record_can_be_changed(string suite)
    {
        int bits = 8 * (5 + Plaintext.Length + Limits.TagSize);
        for (int bit = 0; bit < bits; bit++)
        {
            using ChannelPair pair = Started(suite);
            byte[] record = pair.Initiator.Data(Plaintext);
            record[bit / 8] ^= (byte)(1 << bit % 8);

            // Zeros behind, so that a longer length does not merely wait for more.
            byte[] wire = [.. record, .. new byte[Limits.MaxPlaintext + Limits.TagSize]];
            Assert.Throws<ProtocolException>(() => pair.Responder.Receive(wire));
            Assert.Empty(pair.Responder.Delivered);
        }
    }

    [Fact]
    public void Only_the_suite_without_encryption_shows_the_plaintext_on_the_wire()
    {
        foreach (Suite suite in Suite.All)
        {
            using ChannelPair pair = Started(suite.Name);

            bool visible = pair.Initiator.Data(Plaintext).AsSpan().IndexOf(Plaintext) >= 0;

            Assert.NotEqual(suite.IsConfidential, visible);
        }
    }

    [Fact]
    public void A_record_of_another_epoch_is_refused() => Refused(ProtocolError.WrongEpoch, pair =>
    {
        pair.Initiator.UpdateKey();
        return pair.Initiator.Data(Plaintext);
    });

    [Fact]
    public void A_record_behind_a_skipped_one_is_refused() => Refused(ProtocolError.CannotDecrypt, pair =>
    {
        pair.Initiator.Data(1, 2, 3);
        return pair.Initiator.Data(Plaintext);
    });

    [Fact]
    public void A_repeated_record_is_refused()
    {
        using ChannelPair pair = Started(Suite.Aes256Gcm.Name);
        byte[] record = pair.Initiator.Data(Plaintext);
        pair.Responder.Receive(record);

        Violation.Of(ProtocolError.CannotDecrypt, () => pair.Responder.Receive(record));

        Assert.Equal(Plaintext, pair.Responder.Delivered);
    }

    [Fact]
    public void Two_records_in_the_wrong_order_are_refused() => Refused(ProtocolError.CannotDecrypt, pair =>
    {
        byte[] first = pair.Initiator.Data(1, 2, 3);
        return [.. pair.Initiator.Data(Plaintext), .. first];
    });

    [Fact]
    public void A_record_of_the_other_direction_is_refused() => Refused(ProtocolError.CannotDecrypt, pair =>
    {
        // The second of its direction, as the one that is awaited.
        pair.Responder.Data(1);
        return pair.Responder.Data(Plaintext);
    });

    [Fact]
    public void A_record_of_another_channel_is_refused() => Refused(ProtocolError.CannotDecrypt, _ =>
    {
        using ChannelPair other = ChannelPair.Create(nonce: 2);
        other.Initiator.Open();
        return other.Initiator.Data(Plaintext);
    });

    [Fact]
    public void A_record_shorter_than_its_tag_is_refused() => Refused(ProtocolError.BadMessage, _ => [0x21, 0, 0, 0, 15, .. new byte[15]]);

    private static void Refused(ProtocolError error, Func<ChannelPair, byte[]> wire)
    {
        using ChannelPair pair = Started(Suite.Aes256Gcm.Name);
        byte[] bytes = wire(pair);

        Violation.Of(error, () => pair.Responder.Receive(bytes));

        Assert.Empty(pair.Responder.Delivered);
    }

    private static ChannelPair Started(string suite)
    {
        ChannelPair pair = ChannelPair.Create(Suite.Find(suite));
        pair.Responder.Receive(pair.Initiator.Open());
        return pair;
    }
}
