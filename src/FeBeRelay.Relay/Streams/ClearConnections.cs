using System.Collections.Concurrent;
using System.Net.Sockets;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Telemetry;

namespace FeBeRelay.Relay.Streams;

/// <summary>Carries connections that policy lets go clear: audited at both ends of their life, counted, listed until they end. Thread-safe.</summary>
/// <param name="audit">The audit log, with the ledger.</param>
/// <param name="time">The clock.</param>
internal sealed class ClearConnections(AuditLog audit, TimeProvider time)
{
    private readonly ConcurrentDictionary<ClearConnection, Supervision> _open = new(ReferenceEqualityComparer.Instance);

    /// <summary>Those that are open, whatever policy says by now: a change of policy lets them finish.</summary>
    public IReadOnlyCollection<ClearConnection> Open => [.. _open.Keys];

    /// <summary>Carries one connection to its end. The decision to send it clear was taken immediately before.</summary>
    /// <param name="flow">Endpoint or service, peer, rule and cause.</param>
    /// <param name="rule">The rule that decided.</param>
    /// <param name="network">The connection with the peer; ended.</param>
    /// <param name="application">The front end's or back end's connection; ended.</param>
    /// <param name="first">What was received from the network already.</param>
    /// <param name="isLet">Whether policy would let it begin now.</param>
    /// <param name="kill">Cuts the connection: the node's drain deadline.</param>
    /// <returns>Its bytes on the network, and what cut it, if anything did.</returns>
    public async Task<ClearEnd> CarryAsync(
        ClearFlow flow, PolicyRule rule, Socket network, Socket application, ReadOnlyMemory<byte> first, Func<bool> isLet, CancellationToken kill)
    {
        ClearPump? pump = null;
        ClearUse use = Begin(flow, rule, network, isLet, () => pump?.Cut());
        pump = new ClearPump(network, application, use);
        if (!isLet())
        {
            // A policy took effect between the decision and the list: who cuts what is listed may have missed it. No byte has passed.
            pump.Cut();
        }
        RelaySpans.Current?.SetTag("feberelay.protection", "clear").SetTag("feberelay.rule", flow.Rule);
        try
        {
            StreamFailure? failure = await pump.RunAsync(first, kill).ConfigureAwait(false);
            RelaySpans.Current?.SetEnd(use.BytesSent, use.BytesReceived, failure);
            return new ClearEnd(use.BytesSent, use.BytesReceived, failure);
        }
        finally
        {
            use.End();
        }
    }

    /// <summary>Lists one connection that its caller carries, until the caller tells its end. The decision to send it clear was taken immediately before.</summary>
    /// <param name="flow">Endpoint or service, peer, rule and cause.</param>
    /// <param name="rule">The rule that decided.</param>
    /// <param name="network">The connection with the peer.</param>
    /// <param name="isLet">Whether policy would let it begin now.</param>
    /// <param name="cut">Cuts it; may be called from any thread, also when it is over.</param>
    public ClearUse Begin(ClearFlow flow, PolicyRule rule, Socket network, Func<bool> isLet, Action cut)
    {
        var connection = new ClearConnection(flow, rule, network.LocalEndPoint, network.RemoteEndPoint, time.GetUtcNow());
        var use = new ClearUse(connection, audit.ClearTraffic(flow, rule.Flags, connection.Local, connection.Remote), Ended);
        _open[connection] = new Supervision(isLet, cut);
        return use;
    }

    /// <summary>Cuts those that policy would not let begin now; gives their number.</summary>
    /// <param name="reason">For the security log.</param>
    public int CutWhatIsNotLet(string reason)
    {
        int count = 0;
        foreach ((ClearConnection connection, Supervision supervision) in _open)
        {
            if (!supervision.IsLet())
            {
                audit.ClearTrafficCut(connection.Flow, connection.Local, connection.Remote, reason);
                supervision.Cut();
                count++;
            }
        }
        return count;
    }

    private void Ended(ClearConnection connection, long sent, long received)
    {
        _open.TryRemove(connection, out _);
        audit.ClearTrafficEnded(connection.Flow, connection.Local, connection.Remote, sent, received);
    }

    private sealed record Supervision(Func<bool> IsLet, Action Cut);
}

/// <summary>How a clear connection ended.</summary>
/// <param name="BytesSent">On the network.</param>
/// <param name="BytesReceived">From the network.</param>
/// <param name="Failure">What cut it; null after a clean end in both directions.</param>
internal sealed record ClearEnd(long BytesSent, long BytesReceived, StreamFailure? Failure);
