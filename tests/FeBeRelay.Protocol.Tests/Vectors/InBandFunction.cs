using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>
/// The function that the in-band vectors are values of: a stream is parked from both ends, asked for, un-parked by new keys with a share, and moved to
/// a newer association without one, after an M1 that was answered with unknown and one that was refused.
/// </summary>
internal sealed class InBandFunction : IDisposable
{
    private static readonly VerifiedPeer Peer = VerifiedPeer.Of("peer", []);

    private readonly byte[] _memory = new byte[ChannelSender.MaxControlBytes];
    private readonly List<ChannelRecord> _records = [];
    private readonly List<AssociationKeys> _keys = [];
    private readonly ChannelCore _initiator;
    private readonly ChannelCore _responder;
    private byte[] _plaintext = [];

    private InBandFunction(QuickModeInputs quickMode)
    {
        _initiator = new ChannelCore(Role.Initiator, QuickModeFunction.Run(quickMode).Secrets, KeyLimits.Ceiling, Peer);
        _responder = new ChannelCore(Role.Responder, QuickModeFunction.Run(quickMode).Secrets, KeyLimits.Ceiling, Peer);
    }

    public static InBandOutputs Of(QuickModeInputs quickMode, IReadOnlyList<QuickModeInputs> exchanges)
    {
        using var run = new InBandFunction(quickMode);
        run.Send("open", Role.Initiator, (s, m) => s.Open(m, new StreamOpen(1, Demand.Require, "mail", null, null), default));
        run.Send("park", Role.Initiator, (s, m) => s.Park(m, default));
        run.Send("park", Role.Responder, (s, m) => s.Park(m, default));
        run.Send("ask for keys", Role.Responder, (s, m) => s.Ask(m, AskKind.Keys, default));
        Dictionary<string, string> first = run.Exchange(exchanges[0]);
        run.Decline("unknown", exchanges[1], exchange => exchange.AnswerUnknown());
        run.Decline("refuse", exchanges[1], exchange => run.Use(exchanges[1], a => exchange.Answer(a, demandForwardSecrecy: true, NodeEntropy.Instance)));
        Dictionary<string, string> second = run.Exchange(exchanges[1]);
        return new InBandOutputs(run._records, [first, second]);
    }

    public void Dispose()
    {
        _initiator.Dispose();
        _responder.Dispose();
        _keys.ForEach(k => k.Dispose());
    }

    private Dictionary<string, string> Exchange(QuickModeInputs inputs)
    {
        var exchange = (InitiatorExchange)_initiator.Exchange;
        Request(inputs);
        Use(inputs, a => ((ResponderExchange)_responder.Exchange).Answer(a, false, QuickModeFunction.Entropy(inputs.ResponderNonce, inputs.ResponderKey)));
        Send("M2", Role.Responder, (s, m) => s.Answer(m, default));
        exchange.Take(Wire.RecordType.QuickModeResponse, _plaintext);
        string binder3 = Convert.ToHexStringLower(exchange.Binder3);
        Send("switch", Role.Initiator, (s, m) => s.Switch(m, default));
        Data(Role.Initiator);
        Send("switch", Role.Responder, (s, m) => s.Switch(m, default));
        Data(Role.Responder);
        ChannelSecrets secrets = exchange.Secrets;
        return new()
        {
            ["binder 3"] = binder3,
            ["h'"] = Convert.ToHexStringLower(secrets.Hash),
            ["X'"] = Convert.ToHexStringLower(secrets.Chain.Span),
            ["TS.i"] = Convert.ToHexStringLower(secrets.TrafficInitiator.Span),
            ["TS.r"] = Convert.ToHexStringLower(secrets.TrafficResponder.Span),
            ["SPI.i"] = secrets.SpiInitiator.ToString("x8"),
            ["SPI.r"] = secrets.SpiResponder.ToString("x8"),
        };
    }

    private void Decline(string what, QuickModeInputs inputs, Action<ResponderExchange> answer)
    {
        Request(inputs);
        answer((ResponderExchange)_responder.Exchange);
        Send(what, Role.Responder, (s, m) => s.Answer(m, default));
        ((InitiatorExchange)_initiator.Exchange).Take(what == "refuse" ? Wire.RecordType.Refuse : Wire.RecordType.Unknown, _plaintext);
    }

    private void Request(QuickModeInputs inputs)
    {
        IEntropy entropy = QuickModeFunction.Entropy(inputs.InitiatorNonce, inputs.InitiatorKey);
        Use(inputs, a => ((InitiatorExchange)_initiator.Exchange).Start(a, inputs.InitiatorKey is not null, entropy));
        Send("M1", Role.Initiator, (s, m) => s.Request(m, default));
        ((ResponderExchange)_responder.Exchange).Read(_plaintext);
    }

    private void Data(Role role)
    {
        var memory = new byte[ChannelSender.Headroom + 4 + ChannelSender.Tailroom];
        Send("data", role, (s, m) =>
        {
            (int start, int length) = s.SealData("data"u8, memory, ChannelSender.Headroom, default);
            memory.AsSpan(start, length).CopyTo(m);
            return length;
        });
    }

    private void Send(string what, Role role, Func<ChannelSender, byte[], int> write)
    {
        (ChannelCore from, ChannelCore to) = role == Role.Initiator ? (_initiator, _responder) : (_responder, _initiator);
        byte[] record = _memory[..write(from.Sender, _memory)];
        string text = Convert.ToHexStringLower(record);
        to.Receiver.Receive(record, default, out ReceivedRecord received);
        _plaintext = record[received.PlaintextStart..(received.PlaintextStart + received.PlaintextLength)];
        _records.Add(new ChannelRecord(what, role == Role.Initiator ? "i" : "r", Convert.ToHexStringLower(_plaintext), text));
    }

    /// <summary>The association lives as long as the vector: an answer is checked against it later.</summary>
    private void Use(QuickModeInputs inputs, Action<ExchangeAssociation> use)
    {
        using var master = new Secret(Convert.FromHexString(inputs.MS));
        var keys = new AssociationKeys(Suite.Find(inputs.Suite)!, Group.Find(inputs.Group)!, Convert.FromHexString(inputs.AssociationId), master);
        _keys.Add(keys);
        use(new ExchangeAssociation(keys, KeyLimits.Ceiling, Peer));
    }
}
