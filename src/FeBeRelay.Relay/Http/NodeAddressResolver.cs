using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Makes one destination of each address that a node's name has, as YARP's own resolver does for URLs: many listeners behind one name, balanced and
/// health-checked one by one. The name that each must prove stays the node's identity.
/// </summary>
internal sealed class NodeAddressResolver(BackEndContext nodes, TimeProvider time, TimeSpan period) : IDestinationResolver
{
    public static void Add(IReverseProxyBuilder proxy, TimeSpan period) =>
        proxy.Services.AddSingleton<IDestinationResolver>(s => new NodeAddressResolver(s.GetRequiredService<BackEndContext>(), s.GetRequiredService<TimeProvider>(), period));

    /// <inheritdoc/>
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, DestinationConfig destination) in destinations)
        {
            await ResolveAsync(name, destination, resolved, cancellationToken).ConfigureAwait(false);
        }
        // Asked again when the period is over.
        var again = new CancellationTokenSource(period, time);
        return new ResolvedDestinationCollection(resolved, new CancellationChangeToken(again.Token));
    }

    private async Task ResolveAsync(string name, DestinationConfig destination, Dictionary<string, DestinationConfig> resolved, CancellationToken cancellation)
    {
        if (!DestinationAddress.TryParse(destination.Address, out DestinationAddress? address) || nodes.FindPeer(address.Node)?.Address is not DnsEndPoint dns)
        {
            resolved[name] = destination;
            return;
        }
        try
        {
            foreach (IPEndPoint found in (await Dialer.ResolveAsync(dns, source: null, cancellation).ConfigureAwait(false)).OfType<IPEndPoint>())
            {
                resolved[$"{name}[{found}]"] = destination with { Address = DestinationAddress.At(destination.Address, found) };
            }
        }
        catch (SocketException)
        {
            // The name is not known just now: the connector tells so, and by then it may be.
            resolved[name] = destination;
        }
    }
}
