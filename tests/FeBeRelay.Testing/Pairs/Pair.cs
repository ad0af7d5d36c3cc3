using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Pairs;

/// <summary>What a wire makes of one unit: the pieces that arrive instead. Index 0 is the preface, 1 the first record of that direction.</summary>
public delegate IEnumerable<byte[]> PairWire(bool fromInitiator, int recordIndex, byte[] bytes);

/// <summary>Two ends and a wire in memory, with a time that stands until the test moves it.</summary>
public sealed class Pair : IDisposable
{
    private readonly PairWire _wire;
    private readonly Queue<byte[]> _toInitiator = new();
    private readonly Queue<byte[]> _toResponder = new();
    private readonly bool _coalesced;
    private int _fromInitiator;
    private int _fromResponder;

    /// <param name="nodes">The two nodes.</param>
    /// <param name="wire">What happens on the way; null for nothing.</param>
    /// <param name="coalesced">Whether all that a side sends at once also arrives at once.</param>
    public Pair(PairNodes nodes, PairWire? wire = null, bool coalesced = false)
    {
        _wire = wire ?? ((_, _, bytes) => [bytes]);
        _coalesced = coalesced;
        Initiator = new PairInitiator(nodes, Now);
        Responder = new PairResponder(nodes, Now);
    }

    public PairInitiator Initiator { get; }

    public PairResponder Responder { get; }

    /// <summary>Monotonic time of both ends.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>Negotiates as far as it goes.</summary>
    public static Pair Run(PairNodes nodes, PairWire? wire = null, bool coalesced = false)
    {
        var pair = new Pair(nodes, wire, coalesced);
        pair.Transfer();
        return pair;
    }

    /// <summary>Puts bytes on the wire behind what is under way.</summary>
    public void Inject(bool toInitiator, byte[] bytes) => (toInitiator ? _toInitiator : _toResponder).Enqueue(bytes);

    /// <summary>Moves bytes until both ends are quiet.</summary>
    public void Transfer()
    {
        do
        {
            Flush(Initiator, _toResponder, ref _fromInitiator);
            Flush(Responder, _toInitiator, ref _fromResponder);
        }
        while (DeliverOne(_toResponder, Responder) | DeliverOne(_toInitiator, Initiator));
    }

    /// <summary>Each side that has a channel sends application bytes, the initiator first.</summary>
    public void SendBothWays(byte[] request, byte[] response)
    {
        Initiator.Send(request, Now);
        Transfer();
        Responder.Send(response, Now);
        Transfer();
    }

    /// <summary>Moves time on; ends whose deadline has passed fail.</summary>
    public void Wait(TimeSpan time)
    {
        Now += time;
        Initiator.CheckDeadline(Now);
        Responder.CheckDeadline(Now);
        Transfer();
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
    }

    private bool DeliverOne(Queue<byte[]> queue, PairSide side)
    {
        if (!queue.TryDequeue(out byte[]? bytes))
        {
            return false;
        }
        side.Receive(bytes, Now);
        return true;
    }

    private void Flush(PairSide side, Queue<byte[]> queue, ref int index)
    {
        byte[] output = side.TakeOutput();
        var arriving = new List<byte[]>();
        while (output.Length > 0)
        {
            int length = UnitLength(output, index);
            arriving.AddRange(_wire(side == Initiator, index, output[..length]));
            output = output[length..];
            index++;
        }
        foreach (byte[] bytes in _coalesced && arriving.Count > 0 ? [[.. arriving.SelectMany(b => b)]] : arriving)
        {
            queue.Enqueue(bytes);
        }
    }

    private static int UnitLength(byte[] output, int index) =>
        index == 0 ? Preface.Size
        : RecordHeader.TryRead(output, out RecordHeader header) ? header.RecordLength
        : throw new InvalidOperationException("a side sent less than a record");
}
