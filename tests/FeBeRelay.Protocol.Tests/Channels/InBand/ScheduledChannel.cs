using FeBeRelay.Protocol.Channels;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Channels.InBand;

/// <summary>
/// A live channel under a scheduler that does any step that is lawful now, as <c>docs/model/channel.pml</c> does, with the real ends: streams, key updates,
/// parks, asks, exchanges accepted, refused and unknown, all crossing each other on the way.
/// </summary>
internal sealed class ScheduledChannel : IDisposable
{
    private readonly Random _random;
    private readonly ChannelPair _pair = ChannelPair.Create();
    private readonly TestAssociation _newer = new(1);
    private readonly Queue<byte[]> _toResponder = new();
    private readonly Queue<byte[]> _toInitiator = new();
    private readonly List<byte> _sentByInitiator = [];
    private readonly List<byte> _sentByResponder = [];
    private ExchangeAssociation? _offered;
    private byte _next;

    public ScheduledChannel(int seed) => _random = new Random(seed);

    public ChannelPair Pair => _pair;

    public IReadOnlyList<byte> SentByInitiator => _sentByInitiator;

    public IReadOnlyList<byte> SentByResponder => _sentByResponder;

    public int Refused { get; private set; }

    private ChannelSender Initiator => _pair.Initiator.Core.Sender;

    private ChannelSender Responder => _pair.Responder.Core.Sender;

    private InitiatorExchange Asking => (InitiatorExchange)_pair.Initiator.Core.Exchange;

    private ResponderExchange Answering => (ResponderExchange)_pair.Responder.Core.Exchange;

    /// <summary>Does one lawful step chosen at random.</summary>
    public void Step()
    {
        // Slowly, because of the ration of control records.
        _pair.Now += TimeSpan.FromSeconds(2);
        Action[] lawful = [.. Lawful()];
        lawful[_random.Next(lawful.Length)]();
    }

    /// <summary>Lets everything arrive and every exchange end.</summary>
    public void Settle()
    {
        while (Pending().FirstOrDefault() is { } step)
        {
            _pair.Now += TimeSpan.FromSeconds(2);
            step();
        }
    }

    public void Dispose()
    {
        _pair.Dispose();
        _newer.Dispose();
    }

    private IEnumerable<Action> Lawful() => Pending().Concat(OfInitiator()).Concat(OfResponder());

    /// <summary>What must happen some time: arrivals, answers, switches.</summary>
    private IEnumerable<Action> Pending()
    {
        if (_toResponder.Count > 0)
        {
            yield return () => _pair.Responder.Receive(_toResponder.Dequeue());
        }
        if (_toInitiator.Count > 0)
        {
            yield return () => _pair.Initiator.Receive(_toInitiator.Dequeue());
        }
        if (Answering.Phase == ExchangePhase.Received)
        {
            yield return Answer;
        }
        if (Answering.Phase == ExchangePhase.SwitchDue)
        {
            yield return () => _toInitiator.Enqueue(_pair.Responder.Switch());
        }
        if (Asking.Phase == ExchangePhase.Received)
        {
            yield return () => _pair.Initiator.TakeAnswer();
        }
        if (Asking.Phase == ExchangePhase.Verified)
        {
            yield return () => _toResponder.Enqueue(_pair.Initiator.Switch());
        }
    }

    private IEnumerable<Action> OfInitiator()
    {
        if (Asking.Phase == ExchangePhase.None)
        {
            yield return Request;
        }
        if (Initiator.IsParked)
        {
            yield break;
        }
        yield return () => _toResponder.Enqueue(_pair.Initiator.UpdateKey());
        yield return () => _toResponder.Enqueue(_pair.Initiator.Park());
        if (Initiator.IsIdle)
        {
            yield return () => _toResponder.Enqueue(_pair.Initiator.Open(Initiator.StreamNumber + 1));
        }
        if (!Initiator.SentEnd)
        {
            yield return () => Data(_pair.Initiator, _toResponder, _sentByInitiator);
            yield return () => Data(_pair.Initiator, _toResponder, _sentByInitiator);
            yield return () => _toResponder.Enqueue(_pair.Initiator.End());
        }
    }

    private IEnumerable<Action> OfResponder()
    {
        if (!_pair.Responder.Core.Receiver.HasOpenedRecord)
        {
            yield break;
        }
        yield return () => _toInitiator.Enqueue(_pair.Responder.Ask(_random.Next(2) == 0 ? AskKind.Keys : AskKind.Association));
        if (Responder.IsParked)
        {
            yield break;
        }
        yield return () => _toInitiator.Enqueue(_pair.Responder.UpdateKey());
        yield return () => _toInitiator.Enqueue(_pair.Responder.Park());
        if (!Responder.SentEnd)
        {
            yield return () => Data(_pair.Responder, _toInitiator, _sentByResponder);
            yield return () => Data(_pair.Responder, _toInitiator, _sentByResponder);
            yield return () => _toInitiator.Enqueue(_pair.Responder.End());
        }
    }

    private void Request()
    {
        _offered = _random.Next(3) == 0 ? _newer.Exchange : _pair.Association.Exchange;
        _toResponder.Enqueue(_pair.Initiator.Request(_offered, forwardSecrecy: _random.Next(8) == 0));
    }

    private void Answer()
    {
        int choice = _random.Next(6);
        Refused += choice <= 1 ? 1 : 0;
        _toInitiator.Enqueue(choice == 0 ? _pair.Responder.AnswerUnknown() : _pair.Responder.Answer(_offered, demandForwardSecrecy: choice == 1));
    }

    private void Data(ChannelEnd end, Queue<byte[]> way, List<byte> sent)
    {
        sent.Add(_next);
        way.Enqueue(end.Data(_next++));
    }
}
