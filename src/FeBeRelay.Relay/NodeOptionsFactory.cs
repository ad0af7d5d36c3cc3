using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Services;

namespace FeBeRelay.Relay;

/// <summary>Makes a node's options of its configuration: loads certificate, key and roots.</summary>
internal static class NodeOptionsFactory
{
    /// <summary>The options.</summary>
    /// <exception cref="IdentityException">A certificate, key or root is not usable; the message names file and fix.</exception>
    public static NodeOptions Create(NodeConfiguration configuration, TimeProvider time)
    {
        NodeIdentity identity = CreateIdentity(configuration, time);
        return new NodeOptions
        {
            Name = configuration.Node.Name ?? identity.Name,
            Identity = identity,
            Peers = [.. configuration.Nodes.Select(n => ToPeer(n.Key, n.Value))],
            Endpoints =
            [
                .. configuration.Relay.Endpoints.Select(e => new EndpointOptions(e.Key, e.Value.Listen.ToEndPoint(), e.Value.Node, e.Value.Service)),
            ],
            NodePorts = [.. (configuration.Listener?.Listen ?? []).Select(a => (IPEndPoint)a.ToEndPoint())],
            Services =
            [
                .. configuration.Listener?.Services.Select(s => new Service(s.Key, s.Value.BackEnd.ToEndPoint(), s.Value.Peers, s.Value.ProxyProtocol)) ?? [],
            ],
            Drain = TimeSpan.FromSeconds(configuration.Node.DrainSeconds),
        };
    }

    /// <summary>Who the node is; also what <c>config check</c> tries.</summary>
    public static NodeIdentity CreateIdentity(NodeConfiguration configuration, TimeProvider time)
    {
        List<PeerRole> roles = [];
        if (configuration.Nodes.Count > 0)
        {
            roles.Add(PeerRole.Initiator);
        }
        if (configuration.Listener is not null)
        {
            roles.Add(PeerRole.Responder);
        }
        CertificateSettings certificate = configuration.Node.Certificate;
        return new NodeIdentity(
            NodeCertificate.Load(new NodeCertificateFiles(certificate.Path, certificate.KeyPath, certificate.PasswordFile), roles, time),
            TrustedRoots.Load(configuration.Node.TrustedRoots),
            [.. configuration.Node.Suites.Select(s => Suite.Find(s)!)],
            [.. configuration.Node.Groups.Select(g => Group.Find(g)!)],
            ToLifetimes(configuration.Lifetimes),
            time);
    }

    /// <summary>A peer as the connector wants it.</summary>
    public static PeerNode ToPeer(string name, PeerNodeSettings settings) => new(name, settings.Address.ToEndPoint(), settings.Identity)
    {
        SourceAddress = settings.SourceAddress,
        MaxIdleChannels = settings.MaxIdleChannels,
        WarmChannels = settings.WarmChannels,
    };

    private static Lifetimes ToLifetimes(LifetimeSettings settings) => new(
        (uint)settings.AssociationSeconds, (uint)settings.AssociationQuickModes, (uint)settings.KeySeconds, (uint)settings.KeyKilobytes);
}
