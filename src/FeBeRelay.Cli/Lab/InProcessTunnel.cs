using System.Net;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Services;

namespace FeBeRelay.Cli.Lab;

/// <summary>Two real nodes in this process, with certificates of an authority that is forgotten with it.</summary>
internal sealed class InProcessTunnel : LabTunnel
{
    private const string FrontEnd = "fe.lab.test";
    private const string BackEnd = "be.lab.test";
    private const string Service = "owa";

    private readonly Node _listener;
    private readonly Node _relay;

    private InProcessTunnel(Node listener, Node relay)
    {
        _listener = listener;
        _relay = relay;
    }

    public override IPEndPoint Relay => (IPEndPoint)_relay.EndPointOf(Service);

    public override AssociationSummary Association => Summarise(_relay.Associations.All.MaxBy(a => a.Created)!);

    /// <summary>Starts both nodes and waits for the first channel, so that there is an association to show.</summary>
    public static async Task<LabTunnel> StartAsync(LabTunnelRequest request, CancellationToken cancellation)
    {
        using var authority = CertificateAuthority.Create("FeBeRelay lab", TimeProvider.System);
        var listener = new Node(
            new NodeOptions
            {
                Name = BackEnd,
                Identity = Identity(authority, BackEnd),
                NodePorts = [new IPEndPoint(IPAddress.Loopback, 0)],
                Services = [new Service(Service, request.BackEnd, [FrontEnd], ProxyProtocol: false)],
            },
            TimeProvider.System,
            LoggerFactory.Create(_ => { }));
        await listener.StartAsync();
        Node relay = CreateRelay(authority, request, request.TapLink(listener.NodePorts[0]));
        var tunnel = new InProcessTunnel(listener, relay);
        try
        {
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            relay.Associations.Added += _ => made.TrySetResult();
            await relay.StartAsync();
            await made.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
            return tunnel;
        }
        catch
        {
            await tunnel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts what is open: nobody waits for a lab.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private static Node CreateRelay(CertificateAuthority authority, LabTunnelRequest request, IPEndPoint link) => new(
        new NodeOptions
        {
            Name = FrontEnd,
            Identity = Identity(authority, FrontEnd),
            Peers = [new PeerNode(BackEnd, link, BackEnd) { WarmChannels = 1 }],
            Endpoints = [new EndpointOptions(Service, new IPEndPoint(IPAddress.Loopback, request.RelayPort), BackEnd, Service)],
        },
        TimeProvider.System,
        LoggerFactory.Create(_ => { }));

    private static NodeIdentity Identity(CertificateAuthority authority, string name)
    {
        using X509Certificate2 leaf = authority.Issue(new IssueRequest(name));
        return new NodeIdentity(
            NodeCertificate.FromCertificate(leaf, [], [PeerRole.Initiator, PeerRole.Responder], TimeProvider.System),
            TrustedRoots.FromCertificates(authority.Certificate),
            [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, TimeProvider.System);
    }

    private static AssociationSummary Summarise(Association association) => new(
        association.Id, FrontEnd, association.Peer.Name, association.Suite.Name, association.Group.Name,
        TimeSpan.FromSeconds(association.Lifetimes.AssociationSeconds), TimeSpan.FromSeconds(association.Lifetimes.KeySeconds),
        association.Lifetimes.KeyKilobytes,
        [.. association.Channels.SelectMany(c => new[] { $"{c.OutboundSpi:x8}", $"{c.InboundSpi:x8}" })]);
}
