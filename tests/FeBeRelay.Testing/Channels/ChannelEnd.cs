using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Channels;

/// <summary>One end of a <see cref="ChannelPair"/>: what it sends comes as bytes of the wire, what it receives is kept.</summary>
public sealed class ChannelEnd : IDisposable
{
    private readonly ChannelPair _pair;
    private readonly List<byte> _delivered = [];
    private byte[] _waiting = [];

    internal ChannelEnd(ChannelPair pair, ChannelCore core)
    {
        _pair = pair;
        Core = core;
    }

    public ChannelCore Core { get; }

    /// <summary>All bytes of data that came out.</summary>
    public IReadOnlyList<byte> Delivered => _delivered;

    public byte[] Open(uint number = 1, string service = "mail") =>
        Written((sender, memory) => sender.Open(memory, new StreamOpen(number, Demand.Require, service, null, null), _pair.Now));

    /// <summary>A data record, with the key update in front of it where one was due: the range that leaves in one send.</summary>
    public byte[] Data(params ReadOnlySpan<byte> plaintext)
    {
        var memory = new byte[ChannelSender.Headroom + plaintext.Length + ChannelSender.Tailroom];
        plaintext.CopyTo(memory.AsSpan(ChannelSender.Headroom));
        (int start, int length) = Core.Sender.SealData(memory, ChannelSender.Headroom, plaintext.Length, _pair.Now);
        return memory[start..(start + length)];
    }

    public byte[] End() => Written((sender, memory) => sender.End(memory, _pair.Now));

    public byte[] Abort(ErrorCode code = ErrorCode.Reset) => Written((sender, memory) => sender.Abort(memory, code, _pair.Now));

    public byte[] Close() => Written((sender, memory) => sender.Close(memory, _pair.Now));

    public byte[] Confirm() => Written((sender, memory) => sender.Confirm(memory, _pair.Now));

    public byte[] Ask(AskKind kind = AskKind.Close) => Written((sender, memory) => sender.Ask(memory, kind, _pair.Now));

    public byte[] UpdateKey() => Written((sender, memory) => sender.UpdateKey(memory, _pair.Now));

    public byte[] Park() => Written((sender, memory) => sender.Park(memory, _pair.Now));

    /// <summary>M1 under an association, the channel's own where nothing is said (initiator).</summary>
    public byte[] Request(ExchangeAssociation? association = null, bool forwardSecrecy = true)
    {
        ((InitiatorExchange)Core.Exchange).Start(association ?? _pair.Association.Exchange, forwardSecrecy, NodeEntropy.Instance);
        return Written((sender, memory) => sender.Request(memory, _pair.Now));
    }

    /// <summary>The answer to the M1 that was just received, under what that id is to this end (responder).</summary>
    public byte[] Answer(ExchangeAssociation? association = null, bool demandForwardSecrecy = false)
    {
        ReadRequest();
        ((ResponderExchange)Core.Exchange).Answer(association ?? _pair.Association.Exchange, demandForwardSecrecy, NodeEntropy.Instance);
        return Written((sender, memory) => sender.Answer(memory, _pair.Now));
    }

    /// <summary>The answer where the id is not known (responder).</summary>
    public byte[] AnswerUnknown()
    {
        ReadRequest();
        ((ResponderExchange)Core.Exchange).AnswerUnknown();
        return Written((sender, memory) => sender.Answer(memory, _pair.Now));
    }

    /// <summary>Reads the M1 that was just received, and gives the association's id (responder).</summary>
    public byte[] ReadRequest() => ((ResponderExchange)Core.Exchange).Read(LastExchangeBody);

    /// <summary>Takes the answer that was just received (initiator).</summary>
    public ExchangeAnswer TakeAnswer() => ((InitiatorExchange)Core.Exchange).Take(LastExchangeType, LastExchangeBody);

    /// <summary>The own switch, or nothing where another record has taken it along.</summary>
    public byte[] Switch() => Written((sender, memory) => sender.Switch(memory, _pair.Now));

    /// <summary>The plaintext of the newest M1 or answer received.</summary>
    public byte[] LastExchangeBody { get; private set; } = [];

    /// <summary>Its type.</summary>
    public RecordType LastExchangeType { get; private set; }

    /// <summary>Takes the next bytes of the connection, wherever they were cut, and gives the records that are complete now.</summary>
    /// <exception cref="ProtocolException">The first record that is not right; the ones before it are taken.</exception>
    public IReadOnlyList<ReceivedRecord> Receive(params ReadOnlySpan<byte> fragment)
    {
        _waiting = [.. _waiting, .. fragment];
        var records = new List<ReceivedRecord>();
        while (_waiting.Length > 0 && Core.Receiver.Receive(_waiting, _pair.Now, out ReceivedRecord record) == 0)
        {
            if (record.Type == RecordType.Data)
            {
                _delivered.AddRange(_waiting.AsSpan(record.PlaintextStart, record.PlaintextLength));
            }
            else if (record.Type is RecordType.QuickModeRequest or RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown)
            {
                LastExchangeType = record.Type;
                LastExchangeBody = _waiting[record.PlaintextStart..(record.PlaintextStart + record.PlaintextLength)];
            }
            _waiting = _waiting[record.Consumed..];
            records.Add(record);
        }
        return records;
    }

    public void Dispose() => Core.Dispose();

    private byte[] Written(Func<ChannelSender, byte[], int> write)
    {
        var memory = new byte[ChannelSender.MaxControlBytes];
        return memory[..write(Core.Sender, memory)];
    }
}
