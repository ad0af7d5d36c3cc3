using System.Collections.Concurrent;
using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Policies.Outbound;
using Yarp.ReverseProxy.Configuration;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// The pools of back-end connections, by the destination as YARP has it and the endpoint whose requests go there: rules may tell endpoints apart. Thread-safe.
/// </summary>
/// <param name="context">What they need of the node.</param>
/// <param name="guard">What becomes of credentials where the way is clear, unless a destination says otherwise.</param>
/// <param name="logger">The log.</param>
internal sealed class BackEndPools(BackEndContext context, GuardMode guard, ILogger<BackEndPools> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Key, BackEndPool> _pools = new();

    /// <summary>Connections that wait.</summary>
    public int IdleCount => _pools.Values.Sum(p => p.IdleCount);

    /// <summary>The pool of a destination.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="destination">What else is configured of it, or null.</param>
    /// <param name="endpoint">The http endpoint; null for what the node asks of itself.</param>
    /// <exception cref="InvalidOperationException">The address is none, or its node is not known: the configuration's check lets neither pass.</exception>
    public BackEndPool Get(string address, DestinationConfig? destination, string? endpoint)
    {
        var key = new Key(address, DestinationOptions.Of(destination), endpoint);
        return _pools.TryGetValue(key, out BackEndPool? pool) ? pool : _pools.GetOrAdd(key, Create);
    }

    /// <summary>Closes the connections that have carried no exchange for that long.</summary>
    public void CloseUnused(TimeSpan longest)
    {
        foreach (BackEndPool pool in _pools.Values)
        {
            pool.CloseUnused(longest);
        }
    }

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

    private BackEndPool Create(Key key)
    {
        if (!DestinationAddress.TryParse(key.Address, out DestinationAddress? destination) || context.FindPeer(destination.Node) is not { } peer)
        {
            throw new InvalidOperationException($"destination address {key.Address} is not {DestinationAddress.Form} with a node of section nodes");
        }
        OutboundRoute route = context.Policy.RouteTo(new OutboundTarget(peer, destination.Service, key.Endpoint)
        {
            Address = destination.Address,
            ClearTo = ClearToOf(key.Options.ClearEndPoint, peer, destination.Address),
            IsEnquiryOn = key.Options.IsEnquiryOn,
        });
        var credentials = new CredentialGuard(key.Options.GuardOr(guard), context.Audit, logger);
        return new BackEndPool(destination, route, credentials, context, logger);
    }

    /// <summary>Of a node with several addresses the one that was chosen, where clear bytes go to the same name.</summary>
    private static EndPoint? ClearToOf(EndPoint? clearTo, PeerNode peer, IPEndPoint? chosen) =>
        chosen is not null && clearTo is DnsEndPoint name && peer.Address is DnsEndPoint node && name.Host.Equals(node.Host, StringComparison.OrdinalIgnoreCase)
            ? new IPEndPoint(chosen.Address, name.Port)
            : clearTo;

    private readonly record struct Key(string Address, DestinationOptions Options, string? Endpoint);
}
