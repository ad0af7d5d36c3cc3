using System.Net;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Services;

namespace FeBeRelay.Cli.Lab;

/// <summary>Two real nodes in this process, with certificates of an authority that is forgotten with it.</summary>
internal sealed class InProcessTunnel : LabTunnel
{
    private const string FrontEnd = "fe.lab.test";
    private const string BackEnd = "be.lab.test";
    private const string Endpoint = "owa";

    private readonly Node _listener;
    private readonly Node _relay;
    private readonly LabConsole? _console;

    private InProcessTunnel(Node listener, Node relay, LabConsole? console)
    {
        _listener = listener;
        _relay = relay;
        _console = console;
    }

    public override IPEndPoint Relay => (IPEndPoint)_relay.EndPointOf(Endpoint);

    public override IPEndPoint Http => new(IPAddress.Loopback, _relay.Http!.Addresses[0].Port);

    public override LabConsoleAddress? Console => _console?.AddressOf(_relay);

    public override AssociationSummary Association => Summarise(_relay.Associations.All.MaxBy(a => a.Created)!);

    /// <summary>Starts both nodes and waits for the first channel, so that there is an association to show.</summary>
    public static async Task<LabTunnel> StartAsync(LabTunnelRequest request, CancellationToken cancellation)
    {
        using var authority = CertificateAuthority.Create("FeBeRelay lab", TimeProvider.System);
        LabConsole? console = request.HasConsole ? new LabConsole() : null;
        Node listener = CreateListener(authority, request, console);
        await listener.StartAsync();
        Node relay = CreateRelay(authority, request, request.TapLink(listener.NodePorts[0]), console);
        var tunnel = new InProcessTunnel(listener, relay, console);
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
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }
    }

    private static Node CreateListener(CertificateAuthority authority, LabTunnelRequest request, LabConsole? console)
    {
        var options = new NodeOptions
        {
            Name = BackEnd,
            Identity = Identity(authority, BackEnd),
            NodePorts = [new IPEndPoint(IPAddress.Loopback, 0)],
            Services = [.. request.BackEnds.Select((b, i) => new Service(ServiceOf(i), b, [FrontEnd], ProxyProtocol: false))],
        };
        return new Node(console?.ShowTo(options, FrontEnd) ?? options, TimeProvider.System, LoggerFactory.Create(_ => { }));
    }

    private static Node CreateRelay(CertificateAuthority authority, LabTunnelRequest request, IPEndPoint link, LabConsole? console)
    {
        var options = new NodeOptions
        {
            Name = FrontEnd,
            Identity = Identity(authority, FrontEnd),
            Peers = [new PeerNode(BackEnd, link, BackEnd) { WarmChannels = 1 }],
            Endpoints = [new EndpointOptions(Endpoint, new IPEndPoint(IPAddress.Loopback, request.RelayPort), BackEnd, ServiceOf(0))],
            Http = new HttpOptions(HttpSections(request.BackEnds.Count)),
        };
        return new Node(console?.AddTo(options) ?? options, TimeProvider.System, LoggerFactory.Create(_ => { }));
    }

    private static string ServiceOf(int backEnd) => $"owa{backEnd + 1}";

    /// <summary>As a user would write them: one route, to all back ends in turn.</summary>
    private static IConfigurationRoot HttpSections(int backEnds) => new ConfigurationBuilder().AddInMemoryCollection(
    [
        new("Kestrel:Endpoints:owa:Url", "http://127.0.0.1:0"),
        new("ReverseProxy:Routes:all:ClusterId", "mail"),
        new("ReverseProxy:Routes:all:Match:Path", "{**all}"),
        new("ReverseProxy:Clusters:mail:LoadBalancingPolicy", "RoundRobin"),
        .. Enumerable.Range(0, backEnds).Select(i =>
            new KeyValuePair<string, string?>($"ReverseProxy:Clusters:mail:Destinations:{ServiceOf(i)}:Address", $"febe://{ServiceOf(i)}@{BackEnd}")),
    ]).Build();

    private static NodeIdentity Identity(CertificateAuthority authority, string name)
    {
        using X509Certificate2 leaf = authority.Issue(new IssueRequest(name));
        return new NodeIdentity(
            NodeCertificate.FromCertificate(leaf, [], [PeerRole.Initiator, PeerRole.Responder], TimeProvider.System),
            // A copy: the authority itself is forgotten when the nodes have started.
            TrustedRoots.FromCertificates(X509CertificateLoader.LoadCertificate(authority.Certificate.RawData)),
            [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, TimeProvider.System);
    }

    private static AssociationSummary Summarise(Association association) => new(
        association.Id, FrontEnd, association.Peer.Name, association.Suite.Name, association.Group.Name,
        TimeSpan.FromSeconds(association.Lifetimes.AssociationSeconds), TimeSpan.FromSeconds(association.Lifetimes.KeySeconds),
        association.Lifetimes.KeyKilobytes,
        [.. association.Channels.SelectMany(c => new[] { $"{c.OutboundSpi:x8}", $"{c.InboundSpi:x8}" })]);
}
