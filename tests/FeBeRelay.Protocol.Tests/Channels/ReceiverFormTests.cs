using System.Net;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>Clauses 1.3 to 1.5: a record that is not of its form is refused, though its sender has the keys.</summary>
public sealed class ReceiverFormTests
{
    public static TheoryData<string> Broken => new(BrokenPlaintexts.All.Keys);

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_plaintext_that_is_not_of_its_form_is_refused(string name)
    {
        (RecordType type, Role sender, bool streamIsOpen, byte[] plaintext) = BrokenPlaintexts.All[name];
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(sender);
        ChannelEnd receiver = pair.End(sender == Role.Initiator ? Role.Responder : Role.Initiator);
        if (streamIsOpen)
        {
            receiver.Receive(peer.Open());
        }

        Violation.Of(ProtocolError.BadMessage, () => receiver.Receive(peer.Record(type, plaintext)));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x15)]
    [InlineData(0x23)]
    [InlineData(0x35)]
    [InlineData(0xFF)]
    public void An_unknown_type_is_refused_by_its_header(byte type)
    {
        using ChannelPair pair = ChannelPair.Create();

        Violation.Of(ProtocolError.UnexpectedMessage, () => pair.Responder.Receive(type, 0, 0, 0, 17));
    }

    [Theory]
    [InlineData(RecordType.Open, 1_024)]
    [InlineData(RecordType.Data, 65_552)]
    [InlineData(RecordType.End, 256)]
    [InlineData(RecordType.Abort, 256)]
    [InlineData(RecordType.KeyUpdate, 256)]
    public void A_length_above_the_types_maximum_is_refused_before_the_body_is_there(RecordType type, int max)
    {
        using ChannelPair pair = ChannelPair.Create();
        int length = max + 1;

        Violation.Of(ProtocolError.TooLong, () => pair.Responder.Receive((byte)type, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length));
    }

    [Theory]
    [InlineData("127.0.0.1", "10.0.0.1")]
    [InlineData("::1", "2001:db8::1")]
    [InlineData(null, null)]
    public void An_open_comes_out_as_it_went_in(string? source, string? destination)
    {
        using ChannelPair pair = ChannelPair.Create();
        var open = new StreamOpen(1, Demand.Request, new string('a', StreamOpen.MaxServiceLength - 4) + ".-09", EndPoint(source), EndPoint(destination));
        var memory = new byte[ChannelSender.MaxControlBytes];
        int written = pair.Initiator.Core.Sender.Open(memory, open, TimeSpan.Zero);

        Assert.Equal(open, pair.Responder.Receive(memory.AsSpan(0, written)).Single().Open);
    }

    [Fact]
    public void Every_code_and_every_kind_comes_out_as_it_went_in()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            using ChannelPair pair = ChannelPair.Create();
            pair.Responder.Receive(pair.Initiator.Open());
            ReceivedRecord abort = pair.Initiator.Receive(pair.Responder.Abort(code)).Single();
            Assert.Equal((1u, code), (abort.Number, abort.Code));
        }
        foreach (AskKind kind in Enum.GetValues<AskKind>())
        {
            using ChannelPair pair = ChannelPair.Create();
            Assert.Equal(kind, pair.Initiator.Receive(pair.Responder.Ask(kind)).Single().Ask);
        }
    }

    private static IPEndPoint? EndPoint(string? address) => address is null ? null : new IPEndPoint(IPAddress.Parse(address), 8_443);
}
