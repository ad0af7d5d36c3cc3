using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Hosts;

/// <summary>
/// Nodes on the hosts of a <see cref="LabNetwork"/>: be1 to be3, each before a stub on a Unix socket; fe1 with an http endpoint over the three for
/// the client, and a stream endpoint on a Unix socket to each for the test.
/// </summary>
internal sealed class LabSite : IAsyncDisposable
{
    private const int NodePort = 8443;

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-hosts-").FullName;
    private readonly SiteCertificates _certificates;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<StubServer> _servers = [];

    private LabSite(LabNetwork network)
    {
        Network = network;
        _certificates = new SiteCertificates(_folder);
    }

    public LabNetwork Network { get; }

    public static string Url => $"http://{LabNetwork.FrontEndAddress}:8080/";

    public string this[string file] => Path.Combine(_folder, file);

    public static async Task<LabSite> StartAsync()
    {
        var site = new LabSite(await LabNetwork.CreateAsync());
        site._certificates.AddAuthority();
        foreach (int number in Enumerable.Range(1, 3))
        {
            await site.StartBackEndAsync(number);
        }
        site._certificates.Issue("fe1");
        var relay = new NodeProcess(site.Write("fe1", FrontEndSections(site)), site.Network.FrontEnd);
        site._nodes.Add(relay);
        await relay.WaitForAsync("Node fe1 started");
        return site;
    }

    public StubServer Server(int number) => _servers[number - 1];

    /// <summary>A connection of an application to a back end's stream endpoint.</summary>
    public Task<Socket> ConnectAsync(int number) => Wire.ConnectAsync(new UnixDomainSocketEndPoint(this[$"fe{number}.sock"]));

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess node in _nodes)
        {
            await node.DisposeAsync();
        }
        _servers.ForEach(s => s.Dispose());
        _certificates.Dispose();
        await Network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartBackEndAsync(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"be{number}");
        _certificates.Issue(name);
        _servers.Add(new StubServer(new UnixDomainSocketEndPoint(this[$"{name}.sock"])));
        var node = new NodeProcess(
            Write(name, string.Create(CultureInfo.InvariantCulture, $$"""
                "listener": { "listen": [ "{{LabNetwork.BackEndAddress(number)}}:{{NodePort}}" ], "services": { "owa": { "backEnd": "unix:{{this[$"{name}.sock"]}}", "peers": [ "fe1.lab.test" ] } } }
                """)),
            Network.BackEnd(number));
        _nodes.Add(node);
        await node.WaitForAsync($"Node {name} started");
    }

    private static string FrontEndSections(LabSite site)
    {
        int[] numbers = [1, 2, 3];
        return $$"""
            "nodes": { {{string.Join(", ", numbers.Select(n => $"\"be{n}\": {{ \"address\": \"{LabNetwork.BackEndAddress(n)}:{NodePort}\", \"identity\": \"be{n}.lab.test\" }}"))}} },
            "relay": { "endpoints": { {{string.Join(", ", numbers.Select(n => $"\"owa{n}\": {{ \"listen\": \"unix:{site[$"fe{n}.sock"]}\", \"node\": \"be{n}\", \"service\": \"owa\" }}"))}} } },
            "Kestrel": { "Endpoints": { "web": { "Url": "http://{{LabNetwork.FrontEndAddress}}:8080" } } },
            "ReverseProxy": {
              "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" } } },
              "Clusters": { "mail": { "LoadBalancingPolicy": "RoundRobin", "Destinations": { {{string.Join(", ", numbers.Select(n => $"\"be{n}\": {{ \"Address\": \"febe://owa@be{n}\" }}"))}} } } }
            }
            """;
    }

    private string Write(string node, string rest)
    {
        File.WriteAllText(this[$"{node}.json"], $$"""
            {
              "node": { "name": "{{node}}", "certificate": { "path": "{{node}}.pem", "keyPath": "{{node}}.key" }, "trustedRoots": [ "ca.pem" ] },
              {{rest}}
            }
            """);
        return this[$"{node}.json"];
    }
}
