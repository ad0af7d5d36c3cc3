using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Tests.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Clause 10.1: quick mode and the records of a channel have the recorded values.</summary>
public sealed class ChannelVectorTests
{
    private const string QuickModeFile = "quick-mode.json";
    private const string ChannelFile = "channel.json";
    private const string InBandFile = "in-band.json";
    private static readonly Lazy<QuickModeVectorFile> QuickModes = new(() => VectorFiles.Read<QuickModeVectorFile>(QuickModeFile));
    private static readonly Lazy<ChannelVectorFile> Channels = new(() => VectorFiles.Read<ChannelVectorFile>(ChannelFile));

    [Fact]
    public void Quick_mode_gives_the_recorded_values()
    {
        Assert.Equal(6, QuickModes.Value.QuickMode.Count);
        Assert.All(QuickModes.Value.QuickMode, v => Assert.Equal(VectorFiles.Text(v.Outputs), VectorFiles.Text(QuickModeFunction.Of(v.Inputs))));
    }

    [Fact]
    public void Sealing_gives_the_recorded_records() =>
        Assert.Equal(VectorFiles.Text(Channels.Value), VectorFiles.Text(QuickModeVectorWriter.MakeChannels(QuickModes.Value)));

    [Fact]
    public void In_band_quick_mode_gives_the_recorded_values() => Assert.All(VectorFiles.Read<InBandVectorFile>(InBandFile).InBand, vector =>
    {
        QuickModeInputs quickMode = QuickModes.Value.QuickMode.Single(v => v.Name == vector.QuickMode).Inputs;
        Assert.Equal(VectorFiles.Text(vector.Outputs), VectorFiles.Text(InBandFunction.Of(quickMode, vector.Exchanges)));
    });

    [Fact]
    public void Every_malformed_record_is_refused_as_recorded() => Assert.All(Channels.Value.Malformed, broken =>
    {
        using ChannelCore receiver = Receiver(broken.QuickMode, broken.Sender);
        if (broken.BehindOpen)
        {
            string open = Channels.Value.Channel.Single(c => c.QuickMode == broken.QuickMode).Records.First(r => r.Name == "open").Record;
            receiver.Receiver.Receive(Convert.FromHexString(open), TimeSpan.Zero, out _);
        }
        Violation.Of(
            Enum.Parse<ProtocolError>(broken.Expect), () => receiver.Receiver.Receive(Convert.FromHexString(broken.Record), TimeSpan.Zero, out _));
    });

    [Fact]
    public void The_recorded_stream_is_taken_by_the_responder() => Assert.All(Channels.Value.Channel, vector =>
    {
        using ChannelCore receiver = Receiver(vector.QuickMode, "i");
        foreach (ChannelRecord record in vector.Records.Where(r => r.Sender == "i" && r.Name != "close"))
        {
            byte[] bytes = Convert.FromHexString(record.Record);
            Assert.Equal(0, receiver.Receiver.Receive(bytes, TimeSpan.Zero, out ReceivedRecord taken));
            Assert.Equal(record.Plaintext, Convert.ToHexStringLower(bytes.AsSpan(taken.PlaintextStart, taken.PlaintextLength)));
        }
        Assert.Equal(1, receiver.Receiver.KeyUpdates);
    });

    /// <summary>Draws everything anew; see tests/vectors/README.md. What it writes is checked by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Write_the_channel_vectors()
    {
        QuickModeVectorFile quickModes = QuickModeVectorWriter.Make();
        VectorFiles.Write(QuickModeFile, quickModes);
        VectorFiles.Write(ChannelFile, QuickModeVectorWriter.MakeChannels(quickModes));
    }

    /// <summary>The same for the exchanges in those channels.</summary>
    [Fact(Explicit = true)]
    public void Write_the_in_band_vectors() => VectorFiles.Write(InBandFile, QuickModeVectorWriter.MakeInBand(QuickModes.Value));

    private static ChannelCore Receiver(string quickMode, string sender)
    {
        (_, _, ChannelSecrets secrets) = QuickModeFunction.Run(QuickModes.Value.QuickMode.Single(v => v.Name == quickMode).Inputs);
        return new ChannelCore(sender == "i" ? Role.Responder : Role.Initiator, secrets, KeyLimits.Ceiling, VerifiedPeer.Of("peer", []));
    }
}
