using System.Globalization;
using System.Net;
using System.Text.Json;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Fleet;

/// <summary>
/// Pairs of nodes that follow the bundles of one fleet: be1, be2, ... with a service's own port, and for each a relay fe1, fe2, ... whose endpoint <c>owa</c> is protected
/// and whose endpoint <c>old</c> goes clear to that port by a rule.
/// </summary>
internal sealed class FleetNodes : IAsyncDisposable
{
    private readonly List<NodeProcess> _nodes = [];

    private FleetNodes(Site site) => Site = site;

    public Site Site { get; }

    /// <summary>All nodes.</summary>
    public IReadOnlyList<NodeProcess> All => _nodes;

    /// <summary>One pair: the relay's endpoints and the service's own port.</summary>
    public List<(IPEndPoint Protected, IPEndPoint Old, IPEndPoint OwnPort)> Pairs { get; } = [];

    public static async Task<FleetNodes> StartAsync(int pairs, EndPoint backEnd)
    {
        var nodes = new FleetNodes(await Site.CreateAsync());
        await nodes.RunAsync("certs issue policy.lab.test --policy-signer --directory {}");
        Directory.CreateDirectory(nodes.Site["share"]);
        for (int i = 1; i <= pairs; i++)
        {
            await nodes.StartPairAsync(i, backEnd);
        }
        return nodes;
    }

    /// <summary>Signs a bundle that requires security of everybody from a time on, to the second; gives the signed file's name.</summary>
    public async Task<string> SignAsync(int version, DateTimeOffset activate, DateTimeOffset? notAfter = null, string signer = "policy.lab.test")
    {
        Site.Write($"v{version}.json", JsonSerializer.Serialize(new
        {
            fleet = "lab.test",
            version,
            notAfter = Text(notAfter ?? activate.AddDays(30)),
            activate = Text(activate),
            root = new { policy = new { posture = "secureServer" } },
        }));
        string signed = $"v{version}.p7m";
        await RunAsync($"policy sign {{}}/v{version}.json --certificate {{}}/{signer}.pem --key {{}}/{signer}.key --out {{}}/{signed}");
        return signed;
    }

    /// <summary>Puts a signed bundle where the nodes look.</summary>
    public async Task PublishAsync(string signed)
    {
        File.Copy(Site[signed], Site["bundle.p7m"], overwrite: true);
        await RunAsync("policy publish {}/bundle.p7m --to {}/share");
    }

    /// <summary>Waits until every node's log has a line.</summary>
    public async Task AllSayAsync(string pattern, int count = 1)
    {
        foreach (NodeProcess node in _nodes)
        {
            await node.WaitForAsync(pattern, count);
        }
    }

    /// <summary>Ends all nodes and gives their security logs by name.</summary>
    public async Task<Dictionary<string, JsonElement[]>> StopAsync()
    {
        foreach (NodeProcess node in _nodes)
        {
            await node.TerminateAsync();
        }
        foreach (NodeProcess node in _nodes)
        {
            Assert.Equal(0, await node.EndAsync());
        }
        return Directory.EnumerateFiles(Site["audit"], "*.jsonl").ToDictionary(
            file => Path.GetFileNameWithoutExtension(file), file => File.ReadAllLines(file).Select(line => JsonDocument.Parse(line).RootElement).ToArray());
    }

    public async Task RunAsync(string command)
    {
        Transcript end = await Site.RunAsync(command);
        Assert.True(end.Code == 0, $"{command}: {end.Error}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess node in _nodes)
        {
            await node.DisposeAsync();
        }
        Site.Dispose();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private async Task StartPairAsync(int i, EndPoint backEnd)
    {
        if (i > 1)
        {
            // The site has those of the first pair.
            await RunAsync($"certs issue be{i}.lab.test --directory {{}}");
            await RunAsync($"certs issue fe{i}.lab.test --directory {{}}");
        }
        NodeProcess listener = Start($"be{i}", $$"""
            "assigned": "server"
            """, $$"""
            "listener": {
              "listen": [ "127.0.0.1:0" ],
              "services": { "owa": { "backEnd": "{{backEnd}}", "peers": [ "fe{{i}}.lab.test" ], "listen": "127.0.0.1:0", "quietMilliseconds": 50 } }
            }
            """);
        IPEndPoint nodePort = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)"));
        IPEndPoint ownPort = IPEndPoint.Parse(await listener.WaitForAsync(@"Service owa: own port open on (\S+)"));
        NodeProcess relay = Start($"fe{i}", """
            "assigned": "today", "policies": { "today": { "posture": "server", "rules": { "old": { "filters": [ { "endpoint": "old" } ], "action": "permit" } } } }
            """, $$"""
            "nodes": { "be{{i}}": { "address": "{{nodePort}}", "identity": "be{{i}}.lab.test" } },
            "relay": { "endpoints": {
              "owa": { "listen": "127.0.0.1:0", "node": "be{{i}}", "service": "owa" },
              "old": { "listen": "127.0.0.1:0", "node": "be{{i}}", "service": "owa", "clearTo": "{{ownPort}}" }
            } }
            """);
        IPEndPoint guarded = IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint owa open on (\S+)"));
        IPEndPoint old = IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint old open on (\S+)"));
        await relay.WaitForAsync("started");
        Pairs.Add((guarded, old, ownPort));
    }

    private NodeProcess Start(string name, string policy, string rest)
    {
        Site.Write($"{name}.json", string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "node": { "name": "{{name}}", "certificate": { "path": "{{name}}.lab.test.pem", "keyPath": "{{name}}.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "audit": { "success": [ "logon", "object", "policy", "clear", "system" ] },
              "policy": { "fleet": { "name": "lab.test", "source": "share/bundle.p7m", "signers": [ "policy.lab.test" ], "pollSeconds": 1 }, {{policy}} },
              {{rest}}
            }
            """));
        var node = new NodeProcess(Site[$"{name}.json"]);
        _nodes.Add(node);
        return node;
    }
}
