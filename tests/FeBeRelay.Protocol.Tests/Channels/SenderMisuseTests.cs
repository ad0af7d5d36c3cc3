using FeBeRelay.Protocol.Channels;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>A caller that would break the protocol is stopped before a record is sealed: its mistake, not the peer's.</summary>
public sealed class SenderMisuseTests
{
    public static TheoryData<string> Names => new(Misuses.Keys);

    private static readonly Dictionary<string, Action<ChannelPair>> Misuses = new()
    {
        ["data before the first stream"] = p => p.Initiator.Data(1),
        ["an end before the first stream"] = p => p.Initiator.End(),
        ["an open by the responder"] = p => p.Responder.Open(),
        ["an open out of turn"] = p => p.Initiator.Open(2),
        ["an open of a service in capitals"] = p => p.Initiator.Open(1, "Mail"),
        ["an open of a service without a name"] = p => p.Initiator.Open(1, ""),
        ["an open of a service with 64 characters"] = p => p.Initiator.Open(1, new string('a', 64)),
        ["a second open while a stream is open"] = p => { Start(p); p.Initiator.Open(2); },
        ["an open before the peer's end"] = p => { Start(p); p.Initiator.End(); p.Initiator.Open(2); },
        ["empty data"] = p => { Start(p); p.Initiator.Data(); },
        ["data of 65,537 bytes"] = p => { Start(p); p.Initiator.Data(new byte[Limits.MaxPlaintext + 1]); },
        ["data behind the end"] = p => { Start(p); p.Initiator.End(); p.Initiator.Data(1); },
        ["a second end"] = p => { Start(p); p.Initiator.End(); p.Initiator.End(); },
        ["a close while a stream is open"] = p => { Start(p); p.Initiator.Close(); },
        ["a close that the responder starts"] = p => p.Responder.Close(),
        ["a confirm by the responder"] = p => p.Responder.Confirm(),
        ["a confirm behind another record"] = p => { p.Initiator.UpdateKey(); p.Initiator.Confirm(); },
        ["a second confirm"] = p => { p.Initiator.Confirm(); p.Initiator.Confirm(); },
        ["an ask by the initiator"] = p => p.Initiator.Ask(),
        ["data behind an abort"] = p => { Start(p); p.Initiator.Abort(); p.Initiator.Data(1); },
        ["a key update behind an abort"] = p => { p.Initiator.Abort(); p.Initiator.UpdateKey(); },
        ["a second abort"] = p => { p.Initiator.Abort(); p.Initiator.Abort(); },
        ["an open behind a close"] = p => { p.Initiator.Close(); p.Initiator.Open(); },
        ["a key update behind a close"] = p => { p.Initiator.Close(); p.Initiator.UpdateKey(); },
        ["a second close"] = p => { p.Initiator.Close(); p.Initiator.Close(); },
        ["an ask behind the answer to a close"] = p => { p.Responder.Receive(p.Initiator.Close()); p.Responder.Close(); p.Responder.Ask(); },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_callers_mistake_is_stopped(string name)
    {
        using ChannelPair pair = ChannelPair.Create();

        Assert.Throws<InvalidOperationException>(() => Misuses[name](pair));
    }

    [Fact]
    public void A_mistake_that_was_stopped_breaks_nothing()
    {
        using ChannelPair pair = ChannelPair.Create();
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Open(2));
        Start(pair);
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Data());

        pair.Responder.Receive(pair.Initiator.Data(5));

        Assert.Equal([5], pair.Responder.Delivered);
    }

    private static void Start(ChannelPair pair) => pair.Responder.Receive(pair.Initiator.Open());
}
