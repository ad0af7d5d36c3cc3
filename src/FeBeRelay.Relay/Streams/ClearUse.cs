using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Streams;

/// <summary>The place of one clear connection in the list and in the ledger, from its first byte to its end. Thread-safe.</summary>
/// <param name="connection">The connection.</param>
/// <param name="ledger">Where its bytes are counted.</param>
/// <param name="over">Gets its bytes, sent and received, when it ends.</param>
internal sealed class ClearUse(ClearConnection connection, ClearByteLedger.Entry ledger, Action<ClearConnection, long, long> over)
{
    private long _sent;
    private long _received;
    private int _isOver;

    /// <summary>The connection.</summary>
    public ClearConnection Connection => connection;

    /// <summary>Bytes sent on the network.</summary>
    public long BytesSent => Interlocked.Read(ref _sent);

    /// <summary>Bytes received from the network.</summary>
    public long BytesReceived => Interlocked.Read(ref _received);

    public void CountSent(int count)
    {
        Interlocked.Add(ref _sent, count);
        ledger.AddSent(count);
    }

    public void CountReceived(int count)
    {
        Interlocked.Add(ref _received, count);
        ledger.AddReceived(count);
    }

    /// <summary>The connection is over; told once.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            over(connection, BytesSent, BytesReceived);
        }
    }
}
