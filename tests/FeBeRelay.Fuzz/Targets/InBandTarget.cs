using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>
/// M1 of a live channel at the responder (first byte 0), or its answer at the initiator (the first byte is the answer's type), sealed with the right key and with the right
/// binder or MAC behind it.
/// </summary>
internal sealed class InBandTarget() : FuzzTarget("in-band", MakeSeeds, allowance: 100_000)
{
    private static readonly TestAssociation Association = new(number: 1);

    public override int Run(byte[] input)
    {
        if (input.Length == 0 || input.Length > RecordTypes.MaxLength(RecordType.QuickModeRequest) - 100)
        {
            return 0;
        }
        try
        {
            if (input[0] == 0)
            {
                AtResponder(input[1..]);
            }
            else
            {
                AtInitiator((RecordType)input[0], input[1..]);
            }
        }
        catch (ProtocolException)
        {
            // Declared; the channel is at its end.
        }
        return 1;
    }

    private static void AtResponder(byte[] m1)
    {
        using var channel = new FuzzChannel(Role.Responder);
        var exchange = (ResponderExchange)channel.Core.Exchange;
        byte[] body = [.. m1, .. QuickModeSchedule.Binder1(Association.Keys, m1)];
        channel.Core.Receiver.Receive(channel.Seal(RecordType.QuickModeRequest, body), TimeSpan.Zero, out _);
        if (exchange.Read(body).AsSpan().SequenceEqual(Association.Keys.Id))
        {
            exchange.Answer(Association.Exchange, demandForwardSecrecy: false, FuzzNodes.ResponderEntropy);
        }
        else
        {
            exchange.AnswerUnknown();
        }
        channel.Write((sender, memory) => sender.Answer(memory, TimeSpan.Zero));
    }

    private static void AtInitiator(RecordType type, byte[] answer)
    {
        using var channel = new FuzzChannel(Role.Initiator);
        var exchange = (InitiatorExchange)channel.Core.Exchange;
        exchange.Start(Association.Exchange, forwardSecrecy: false, FuzzNodes.InitiatorEntropy);
        byte[] m1 = exchange.Request[..^Association.Keys.Suite.HashSize], binder1 = exchange.Request[^Association.Keys.Suite.HashSize..];
        channel.Write((sender, memory) => sender.Request(memory, TimeSpan.Zero));
        using var schedule = new QuickModeSchedule(Association.Keys, agreed: null, exchange.Secrets.Chain);
        byte[] proof = type switch
        {
            RecordType.QuickModeResponse => schedule.Binder2(m1, binder1, answer),
            RecordType.Refuse when answer.Length > 0 => QuickModeSchedule.RefuseMac(Association.Keys, m1, binder1, (ErrorCode)answer[0]),
            _ => [],
        };
        byte[] body = [.. answer, .. proof];
        channel.Core.Receiver.Receive(channel.Seal(type, body), TimeSpan.Zero, out ReceivedRecord record);
        if (record.Type is RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown && exchange.Take(record.Type, body) == ExchangeAnswer.Accepted)
        {
            channel.Write((sender, memory) => sender.Switch(memory, TimeSpan.Zero));
        }
    }

    private static byte[][] MakeSeeds() =>
    [
        [0, .. M1(forwardSecrecy: true)],
        [0, .. M1(forwardSecrecy: false)],
        [(byte)RecordType.QuickModeResponse, QuickModeRequest.ModeLive, .. Enumerable.Repeat((byte)0x22, Limits.NonceSize), 0, 0, 0, 0],
        [(byte)RecordType.Refuse, (byte)ErrorCode.Busy],
        [(byte)RecordType.Unknown, .. Association.Keys.Id, .. Enumerable.Repeat((byte)0x11, Limits.NonceSize)],
        [(byte)RecordType.Switch],
    ];

    private static byte[] M1(bool forwardSecrecy)
    {
        using var channel = new FuzzChannel(Role.Initiator);
        var exchange = (InitiatorExchange)channel.Core.Exchange;
        exchange.Start(Association.Exchange, forwardSecrecy, FuzzNodes.InitiatorEntropy);
        return exchange.Request[..^Association.Keys.Suite.HashSize];
    }
}
