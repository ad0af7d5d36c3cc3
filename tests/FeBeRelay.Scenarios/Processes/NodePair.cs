using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>
/// Two nodes from two configuration files in a folder of their own, as on two servers: fe1 with an endpoint "owa" of either kind, be1 with a node
/// port and the service "owa". Started one after the other on ports that the system chooses.
/// </summary>
internal sealed class NodePair : IAsyncDisposable
{
    private const string Http = """
        "Kestrel": { "Endpoints": { "owa": { "Url": "http://LISTEN" } } },
        "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" } } },
          "Clusters": { "mail": { "Destinations": { "be1": { "Address": "febe://owa@be1" } } } }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-pair-").FullName;
    private readonly SiteCertificates _certificates;
    private NodeProcess? _listener;
    private NodeProcess? _relay;
    private HeldSockets? _listenerSockets;
    private HeldSockets? _relaySockets;
    private int _instances;

    public NodePair()
    {
        _certificates = new SiteCertificates(_folder);
        _certificates.AddAuthority();
        _certificates.Issue("fe1");
        _certificates.Issue("be1");
        _certificates.Revoke();
    }

    /// <summary>The site's authority and the nodes' files.</summary>
    public SiteCertificates Certificates => _certificates;

    /// <summary>Where the applications' server is, in the words of a configuration file.</summary>
    public required string BackEnd { get; init; }

    /// <summary>Whether the test opens the nodes' sockets and hands them to each process, as a service manager does; then one may take over from another.</summary>
    public bool HoldsSockets { get; init; }

    public string Listen { get; init; } = "127.0.0.1:0";

    public string NodeListen { get; init; } = "127.0.0.1:0";

    /// <summary>Whether the endpoint is an http endpoint, on a port that the system chooses, with one route to one destination.</summary>
    public bool IsHttp { get; init; }

    public bool ProxyProtocol { get; init; }

    public int WarmChannels { get; init; }

    /// <summary>Further services, each with a relay endpoint of its name: where their servers are.</summary>
    public Dictionary<string, string> MoreServices { get; init; } = [];

    public int MaxIdleChannels { get; init; } = 64;

    /// <summary>The listener's section <c>management</c>, if it is to have one.</summary>
    public string Management { get; init; } = "{}";

    /// <summary>The relay's.</summary>
    public string RelayManagement { get; init; } = "{}";

    public int ReloadSeconds { get; init; } = 10;

    /// <summary>Whether the nodes look into ca.crl.</summary>
    public bool HasRevocationList { get; init; }

    /// <summary>Further keys of both sections <c>node:revocation</c>, a comma before each.</summary>
    public string RevocationMore { get; init; } = "";

    /// <summary>Further sections of both configuration files, a comma behind each; NODE stands for the node's name.</summary>
    public string More { get; init; } = "";

    /// <summary>Further keys of both sections <c>node</c>, a comma before each; NODE stands for the node's name.</summary>
    public string NodeMore { get; init; } = "";

    /// <summary>Variables of a node's environment, by its name, beside the test's own.</summary>
    public Func<string, IReadOnlyDictionary<string, string>> Environment { get; init; } = _ => new Dictionary<string, string>();

    /// <summary>Further keys of the relay's entry for the listener node, a comma before each.</summary>
    public string PeerMore { get; init; } = "";

    /// <summary>Who may use the service, in the listener's words.</summary>
    public string Peer { get; init; } = "fe1.lab.test";

    /// <summary>Further keys of the relay endpoint, a comma before each.</summary>
    public string EndpointMore { get; init; } = "";

    /// <summary>Network namespaces of the two nodes; null for the test's own.</summary>
    public (string Relay, string Listener)? Namespaces { get; init; }

    /// <summary>Limit of open files of each node; null for the test's own.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>What stands between the nodes: told where the node port is, it says where the relay node dials; null for nothing.</summary>
    public Func<IPEndPoint, EndPoint>? Way { get; init; }

    /// <summary>What the listener node's memory is limited by; null for nothing.</summary>
    public MemoryGroup? ListenerMemory { get; init; }

    /// <summary>A disk for each of the nodes; null for none.</summary>
    public SmallDisk? Disk { get; init; }

    public NodeProcess Listener => _listener ?? throw new InvalidOperationException("not started");

    public NodeProcess Relay => _relay ?? throw new InvalidOperationException("not started");

    public IPEndPoint NodePort { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where applications connect.</summary>
    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.None, 0);

    public string Url => $"http://{EndPoint}";

    public string this[string file] => Path.Combine(_folder, file);

    public static string Text(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint ? $"unix:{endPoint}" : endPoint.ToString()!;

    public async Task<NodePair> StartAsync()
    {
        await StartListenerAsync();
        await StartRelayAsync();
        return this;
    }

    /// <summary>Starts be1; a second time on the port that the first had.</summary>
    public async Task StartListenerAsync()
    {
        string listen = NodePort.Port == 0 ? NodeListen : NodePort.ToString();
        _listenerSockets ??= HoldsSockets ? new HeldSockets("listener") : null;
        _listener = new NodeProcess(WriteListener(_listenerSockets?.Address ?? listen), Namespaces?.Listener, OpenFiles, _listenerSockets, EnvironmentOf("be1"), Disk, ListenerMemory);
        NodePort = IPEndPoint.Parse(await _listener.WaitForAsync(@"Node port open on (\S+)"));
        await _listener.WaitForAsync("Node be1 started");
    }

    public async Task StartRelayAsync()
    {
        _relaySockets ??= HoldsSockets ? new HeldSockets(IsHttp ? "http.owa" : "relay.owa") : null;
        _relay = new NodeProcess(WriteRelay(_relaySockets?.Address ?? Listen), Namespaces?.Relay, OpenFiles, _relaySockets, EnvironmentOf("fe1"), Disk);
        string open = await _relay.WaitForAsync(IsHttp ? @"http endpoints open on http://([^\s:]+:\d+)" : @"Relay endpoint owa open on (\S+)");
        EndPoint = Listen.StartsWith("unix:", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(Listen[5..]) : IPEndPoint.Parse(open);
        await _relay.WaitForAsync("Node fe1 started");
    }

    /// <summary>Where applications connect for one of the further services.</summary>
    public async Task<IPEndPoint> EndPointOfAsync(string service) => IPEndPoint.Parse(await Relay.WaitForAsync($@"Relay endpoint {service} open on (\S+)"));

    /// <summary>An application's connection.</summary>
    public Task<Socket> ConnectAsync() => Wire.ConnectAsync(EndPoint);

    public void AssertMemoryIsBelow(int mebibytes)
    {
        Assert.InRange(Listener.PeakMemory, 1, mebibytes);
        Assert.InRange(Relay.PeakMemory, 1, mebibytes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess? node in (NodeProcess?[])[_relay, _listener])
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }
        _listenerSockets?.Dispose();
        _relaySockets?.Dispose();
        _certificates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string WriteListener(string listen) => Write("be1", string.Create(CultureInfo.InvariantCulture, $$"""
        "listener": {
          "listen": [ "{{listen}}" ],
          "services": { "owa": {
            "backEnd": {{JsonSerializer.Serialize(BackEnd)}}, "peers": [ "{{Peer}}" ], "proxyProtocol": {{(ProxyProtocol ? "true" : "false")}}
          }{{string.Concat(MoreServices.Select(s => $", \"{s.Key}\": {{ \"backEnd\": \"{s.Value}\", \"peers\": [ \"fe1.lab.test\" ] }}"))}} }
        },
        "management": {{Management}}
        """));

    private Dictionary<string, string> EnvironmentOf(string node) => new(NextInstance().Concat(Environment(node)));

    /// <summary>Two processes of one node need a security log and a management folder each, as in the unit feberelay@.service.</summary>
    private Dictionary<string, string> NextInstance() => HoldsSockets
        ? new() { ["FEBERELAY_AUDIT__PATH"] = this[$"audit/{++_instances}.jsonl"], ["FEBERELAY_MANAGEMENT__FOLDER"] = this[$"m{_instances}"] }
        : [];

    private string WriteRelay(string listen) => Write("fe1", string.Create(CultureInfo.InvariantCulture, $$"""
        "nodes": { "be1": { "address": "{{Way?.Invoke(NodePort) ?? NodePort}}", "identity": "be1.lab.test", "warmChannels": {{WarmChannels}}, "maxIdleChannels": {{MaxIdleChannels}} {{PeerMore}} } },
        {{(RelayManagement == "{}" ? "" : $"\"management\": {RelayManagement},")}}
        {{(IsHttp ? Http.Replace("LISTEN", listen, StringComparison.Ordinal) : $$"""
            "relay": { "endpoints": { "owa": { "listen": {{JsonSerializer.Serialize(listen)}}, "node": "be1", "service": "owa" {{EndpointMore}} }{{string.Concat(MoreServices.Keys.Select(
                s => $", \"{s}\": {{ \"listen\": \"127.0.0.1:0\", \"node\": \"be1\", \"service\": \"{s}\" }}"))}} } }
            """)}}
        """));

    private string Write(string node, string rest)
    {
        string path = this[$"{node}.json"];
        File.WriteAllText(path, $$"""
            {
              "node": {
                "name": "{{node}}", "certificate": { "path": "{{node}}.pem", "keyPath": "{{node}}.key" }, "trustedRoots": [ "ca.pem" ],
                "reloadSeconds": {{ReloadSeconds}}, "revocation": { "lists": [ {{(HasRevocationList ? "\"ca.crl\"" : "")}} ]{{RevocationMore}} }{{NodeMore.Replace("NODE", node, StringComparison.Ordinal)}}
              },
              {{More.Replace("NODE", node, StringComparison.Ordinal)}}
              {{rest}}
            }
            """);
        return path;
    }
}
