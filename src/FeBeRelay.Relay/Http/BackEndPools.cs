using System.Collections.Concurrent;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Http;

/// <summary>The pools of back-end connections, by the destination's address as YARP has it. Thread-safe.</summary>
internal sealed class BackEndPools(FindChannels find, AuditLog audit, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, BackEndPool> _pools = new(StringComparer.Ordinal);

    /// <summary>Connections that wait.</summary>
    public int IdleCount => _pools.Values.Sum(p => p.IdleCount);

    /// <summary>The pool of a destination.</summary>
    /// <exception cref="InvalidOperationException">The address is none, or its node is not known: the configuration's check lets neither pass.</exception>
    public BackEndPool Get(string address) => _pools.TryGetValue(address, out BackEndPool? pool) ? pool : _pools.GetOrAdd(address, Create);

    /// <summary>Closes the connections that wait.</summary>
    public void CloseIdle()
    {
        foreach (BackEndPool pool in _pools.Values)
        {
            _ = pool.CloseIdleAsync();
        }
    }

    /// <summary>Closes what is idle, and from now on what comes back.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_pools.Values.Select(p => p.DisposeAsync().AsTask())).ConfigureAwait(false);

    private BackEndPool Create(string address) =>
        DestinationAddress.TryParse(address, out DestinationAddress? destination) && find(destination.Node, destination.Address) is { } channels
            ? new BackEndPool(destination, channels, audit, time)
            : throw new InvalidOperationException($"destination address {address} is not {DestinationAddress.Form} with a node of section nodes");
}
