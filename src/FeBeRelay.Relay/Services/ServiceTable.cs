using System.Collections.Frozen;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Services;

/// <summary>The services of a listener.</summary>
internal sealed class ServiceTable(IEnumerable<Service> services)
{
    private readonly FrozenDictionary<string, Service> _services = services.ToFrozenDictionary(s => s.Name);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Service> All => _services.Values;

    /// <summary>The service with that name, or null.</summary>
    public Service? Find(string name) => _services.GetValueOrDefault(name);

    /// <summary>Whether at least one service is for that peer.</summary>
    public bool Admits(PeerIdentity peer) => _services.Values.Any(s => s.Allows(peer));
}
