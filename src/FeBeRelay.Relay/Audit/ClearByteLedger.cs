using System.Collections.Concurrent;

namespace FeBeRelay.Relay.Audit;

/// <summary>What clear traffic is counted by.</summary>
/// <param name="Endpoint">The relay endpoint or service.</param>
/// <param name="Peer">The peer node's name, or the address that the traffic came from.</param>
/// <param name="Rule">The rule that let it pass.</param>
/// <param name="Cause">Why.</param>
internal readonly record struct ClearFlow(string Endpoint, string Peer, string Rule, ClearCause Cause);

/// <summary>What one flow came to since the node's start.</summary>
internal readonly record struct ClearTotals(ClearFlow Flow, long Connections, long BytesSent, long BytesReceived);

/// <summary>Counts every byte that went clear. Thread-safe.</summary>
internal sealed class ClearByteLedger
{
    /// <summary>Strangers' addresses must not fill the memory: beyond so many flows a new peer is counted as <see cref="OtherPeers"/>.</summary>
    private const int MaxFlows = 10_000;

    /// <summary>The peer of flows for which no entry of their own was left.</summary>
    public const string OtherPeers = "(others)";

    private readonly ConcurrentDictionary<ClearFlow, Entry> _entries = new();

    /// <summary>What was counted, a line for each flow.</summary>
    public IReadOnlyList<ClearTotals> Totals => [.. _entries.Select(pair => pair.Value.Totals(pair.Key))];

    /// <summary>Counts one connection and gives where its bytes are counted.</summary>
    public Entry Connect(ClearFlow flow)
    {
        if (!_entries.ContainsKey(flow) && _entries.Count >= MaxFlows)
        {
            flow = flow with { Peer = OtherPeers };
        }
        Entry entry = _entries.GetOrAdd(flow, static _ => new Entry());
        entry.CountConnection();
        return entry;
    }

    /// <summary>The counters of one flow.</summary>
    internal sealed class Entry
    {
        private long _connections;
        private long _sent;
        private long _received;

        /// <summary>Bytes sent to the peer in the clear.</summary>
        public void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

        /// <summary>Bytes received from the peer in the clear.</summary>
        public void AddReceived(long bytes) => Interlocked.Add(ref _received, bytes);

        internal void CountConnection() => Interlocked.Increment(ref _connections);

        internal ClearTotals Totals(ClearFlow flow) => new(flow, Interlocked.Read(ref _connections), Interlocked.Read(ref _sent), Interlocked.Read(ref _received));
    }
}
