using System.Net;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies;

/// <summary>Finds services' own ports where strangers' clear connections are taken: on an address that is not private, by a rule that is not for private peers only.</summary>
internal static class ClearExposure
{
    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16"),
    ];

    /// <summary>The first rule by which it is, or null.</summary>
    public static PolicyRule? Find(NodePolicy policy, string service, IPEndPoint listen)
    {
        if (IsPrivate(listen.Address))
        {
            return null;
        }
        // Of a stranger nothing but his address is known: filters that ask for a name do not match him.
        return policy.InOrder
            .Where(entry => entry.Filter.Peer.Kind <= PeerFilterKind.Network && !IsPrivate(entry.Filter.Peer))
            .FirstOrDefault(entry => (entry.Filter with { Peer = PeerFilter.Any }).Matches(PolicyTraffic.Into(service, listen.Port, null)) && entry.Rule.TakesClear)
            .Rule;
    }

    /// <summary>Whether nobody on the Internet has that address.</summary>
    public static bool IsPrivate(IPAddress address) => IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal
        || PrivateNetworks.Any(network => network.Contains(address));

    private static bool IsPrivate(PeerFilter peer) =>
        peer.Kind == PeerFilterKind.Network && IPAddress.TryParse(peer.Text.Split('/')[0], out IPAddress? address) && IsPrivate(address);
}
