using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>What a configuration alone says of its connections: rules are looked up by it before anything is dialled or accepted.</summary>
internal static class PolicyTraffic
{
    /// <summary>What a relay endpoint dials. A peer that is named has its address only once it is resolved.</summary>
    public static Traffic Of(NodeConfiguration configuration, string endpoint)
    {
        var settings = configuration.Relay.Endpoints[endpoint];
        return ToNode(configuration.Nodes[settings.Node]) with { Endpoint = endpoint, Service = settings.Service };
    }

    /// <summary>What goes to a peer.</summary>
    public static Traffic ToNode(PeerNodeSettings node) => new(Direction.Outbound)
    {
        PeerAddress = node.Address.Address,
        PeerHost = node.Address.Host,
        PeerIdentities = [node.Identity],
        Port = node.Address.Port,
    };

    /// <summary>What goes to a peer.</summary>
    public static Traffic ToNode(PeerNode node) => new(Direction.Outbound)
    {
        PeerAddress = (node.Address as IPEndPoint)?.Address,
        PeerHost = (node.Address as DnsEndPoint)?.Host,
        PeerIdentities = [node.Identity],
        Port = (node.Address as IPEndPoint)?.Port ?? (node.Address as DnsEndPoint)?.Port,
    };

    /// <summary>Clear connections that arrive at a service's own port; nobody is authenticated there.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="port">Its own port, null if it has none.</param>
    /// <param name="peer">Who comes; null is somebody.</param>
    public static Traffic Into(string service, int? port, IPAddress? peer) => new(Direction.Inbound) { Service = service, Port = port, PeerAddress = peer };
}
