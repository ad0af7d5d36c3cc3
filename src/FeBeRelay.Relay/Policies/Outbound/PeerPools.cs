using System.Collections.Concurrent;
using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>
/// Channels to the node's peers: a pool for each peer, for each of its addresses that is dialled by itself, and for each set of security methods that
/// rules name. Thread-safe.
/// </summary>
/// <param name="peers">The peers.</param>
/// <param name="create">Makes a pool.</param>
internal sealed class PeerPools(IReadOnlyList<PeerNode> peers, Func<PeerNode, ChannelPool> create) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Key, ChannelPool> _pools = new();

    /// <summary>Channels that wait for their next stream.</summary>
    public int IdleCount => _pools.Values.Sum(pool => pool.IdleCount);

    /// <summary>Those that there are.</summary>
    public IEnumerable<ChannelPool> All => _pools.Values;

    /// <summary>The peers.</summary>
    public IReadOnlyList<PeerNode> Peers => peers;

    /// <summary>The peer of that name, or null.</summary>
    public PeerNode? Find(string peer) => peers.FirstOrDefault(p => p.Name == peer);

    /// <summary>Channels to a peer: an association is with one node, though all addresses of a name prove the same identity.</summary>
    /// <param name="peer">Its name; there must be one.</param>
    /// <param name="address">One of its addresses, or null for what the configuration says.</param>
    /// <param name="security">How they are protected.</param>
    public ChannelPool Get(string peer, IPEndPoint? address, SecurityMethods security) =>
        _pools.GetOrAdd(new Key(peer, address, security), key => create(PeerOf(key)));

    /// <summary>Whether an association with the peer is alive, whatever protects it.</summary>
    public bool HasAssociation(string peer, IPEndPoint? address) =>
        _pools.Any(pool => pool.Key.Peer == peer && Equals(pool.Key.Address, address) && pool.Value.HasAssociation);

    /// <summary>Closes the channels that have carried no stream for that long.</summary>
    public void CloseUnused(TimeSpan longest)
    {
        foreach (ChannelPool pool in _pools.Values)
        {
            pool.CloseUnused(longest);
        }
    }

    /// <summary>Closes the idle channels, and from now on those that come back.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_pools.Values.Select(pool => pool.DisposeAsync().AsTask())).ConfigureAwait(false);

    private PeerNode PeerOf(Key key)
    {
        PeerNode peer = Find(key.Peer) ?? throw new ArgumentException($"there is no peer {key.Peer}");
        return (key.Address is null ? peer : peer with { Name = $"{peer.Name}[{key.Address}]", Address = key.Address, WarmChannels = 0 }) with { Security = key.Security };
    }

    private readonly record struct Key(string Peer, IPEndPoint? Address, SecurityMethods Security);
}
