using System.Net;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Credentials;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Telemetry;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay;

/// <summary>Makes a node's options of its configuration: loads certificate, key and roots.</summary>
internal static class NodeOptionsFactory
{
    /// <summary>The options.</summary>
    /// <param name="configuration">The node's own sections.</param>
    /// <param name="values">The whole configuration, with .NET's and YARP's sections.</param>
    /// <param name="time">The clock of the certificates' validity.</param>
    /// <exception cref="IdentityException">A certificate, key or root is not usable; the message names file and fix.</exception>
    public static NodeOptions Create(NodeConfiguration configuration, IConfiguration values, TimeProvider time)
    {
        NodeIdentity identity = CreateIdentity(configuration.Node, configuration.Lifetimes, RolesOf(configuration), time);
        return new NodeOptions
        {
            Name = configuration.Node.Name ?? identity.Name,
            Identity = identity,
            Peers = [.. configuration.Nodes.Select(n => ToPeer(n.Key, n.Value))],
            Endpoints =
            [
                .. configuration.Relay.Endpoints.Select(e => new EndpointOptions(e.Key, e.Value.Listen.ToEndPoint(), e.Value.Node, e.Value.Service)
                {
                    ClearTo = e.Value.ClearTo?.ToEndPoint(),
                    Destinations = [.. e.Value.Destinations.Select(d => (IPEndPoint)d.ToEndPoint())],
                    IsEnquiryOn = e.Value.Enquiry != "off",
                }),
            ],
            Http = new HttpOptions(values)
            {
                TrustedClients = [.. configuration.Http.TrustedClients.Select(IPNetwork.Parse)],
                ResolveEvery = configuration.Http.ResolveSeconds > 0 ? TimeSpan.FromSeconds(configuration.Http.ResolveSeconds) : null,
                Guard = DestinationOptions.TryParse(configuration.Http.Guard, out GuardMode guard) ? guard : GuardMode.Refuse,
            },
            NodePorts = [.. (configuration.Listener?.Listen ?? []).Select(a => (IPEndPoint)a.ToEndPoint())],
            Services =
            [
                .. configuration is { Listener: not null, Management.Enabled: true } ? ManagementServices.Of(configuration.Management) : [],
                .. configuration.Listener?.Services.Select(s => new Service(s.Key, s.Value.BackEnd.ToEndPoint(), s.Value.Peers, s.Value.ProxyProtocol)
                {
                    Listen = (IPEndPoint?)s.Value.Listen?.ToEndPoint(),
                    Quiet = TimeSpan.FromMilliseconds(s.Value.QuietMilliseconds),
                }) ?? [],
            ],
            Management = ToManagement(configuration.Management),
            Collector = configuration.Telemetry.Otlp is { } otlp ? new OtlpExport(otlp) : null,
            Pins = configuration.Policy.PinsFile is { } pins ? new PinFile(pins, time) : null,
            Policy = new EffectivePolicy(NodePolicyFactory.Effective(configuration.Policy)),
            MaxConnections = configuration.Node.MaxConnections > 0 ? configuration.Node.MaxConnections : null,
            Drain = TimeSpan.FromSeconds(configuration.Node.DrainSeconds),
        };
    }

    /// <summary>Who a node is that only dials: what a probe needs.</summary>
    public static NodeIdentity CreateIdentity(LocalNodeSettings node, LifetimeSettings lifetimes, TimeProvider time) =>
        CreateIdentity(node, lifetimes, [PeerRole.Initiator], time);

    /// <summary>The node's certificate, fit for the roles that the node has.</summary>
    public static NodeCertificate LoadCertificate(NodeConfiguration configuration, TimeProvider time) =>
        LoadCertificate(configuration.Node.Certificate, RolesOf(configuration), time);

    private static NodeIdentity CreateIdentity(LocalNodeSettings node, LifetimeSettings lifetimes, IReadOnlyCollection<PeerRole> roles, TimeProvider time) => new(
        LoadCertificate(node.Certificate, roles, time),
        TrustedRoots.Load(node.TrustedRoots),
        [.. node.Suites.Select(s => Suite.Find(s)!)],
        [.. node.Groups.Select(g => Group.Find(g)!)],
        ToLifetimes(lifetimes),
        time,
        [.. node.PreSharedKeys.Select(key => PreSharedKeyFile.Load(key.Key, key.Value.Path))],
        node.Kerberos.IsOn ? KerberosNode.Start(node.Kerberos.Keytab) : null);

    internal static NodeCertificate LoadCertificate(CertificateSettings settings, IReadOnlyCollection<PeerRole> roles, TimeProvider time) =>
        StoreOf(settings)?.Load(roles, time) ?? NodeCertificate.Load(new NodeCertificateFiles(settings.Path!, settings.KeyPath, settings.PasswordFile, settings.PasswordVariable), roles, time);

    /// <summary>Null: it is in files.</summary>
    internal static NodeCertificateStore? StoreOf(CertificateSettings settings) => settings.Store is { } store
        ? new NodeCertificateStore(store.StartsWith("LocalMachine", StringComparison.Ordinal) ? StoreLocation.LocalMachine : StoreLocation.CurrentUser, settings.Subject!)
        : null;

    /// <summary>The files that the identity is made of, to look after while the node runs.</summary>
    public static CredentialFiles FilesOf(NodeConfiguration configuration, TimeProvider time) => new(configuration.Node, RolesOf(configuration), time);

    private static List<PeerRole> RolesOf(NodeConfiguration configuration)
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
        return roles;
    }

    /// <summary>A peer as the connector wants it.</summary>
    public static PeerNode ToPeer(string name, PeerNodeSettings settings) => new(name, settings.Address.ToEndPoint(), settings.Identity)
    {
        SourceAddress = settings.SourceAddress,
        KerberosService = settings.KerberosService,
        MaxIdleChannels = settings.MaxIdleChannels,
        WarmChannels = settings.WarmChannels,
    };

    private static ManagementOptions? ToManagement(ManagementSettings settings) => settings.Enabled
        ? new ManagementOptions(settings.Folder!, [.. settings.Listen.Select(a => (IPEndPoint)a.ToEndPoint())], ManagementServices.RolesForPeers(settings))
        : null;

    private static Lifetimes ToLifetimes(LifetimeSettings settings) => new(
        (uint)settings.AssociationSeconds, (uint)settings.AssociationQuickModes, (uint)settings.KeySeconds, (uint)settings.KeyKilobytes);
}
