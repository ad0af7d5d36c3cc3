using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>
/// Real nodes for every cell at once: one relay with an endpoint, a peer and, by its rule, a posture for each cell, and one listener for each posture.
/// Each cell dials its peer under a name of its own, so that no cell knows what another has learnt.
/// </summary>
internal sealed class MatrixSite : IAsyncDisposable
{
    // Only peers that keep silent are waited for: no outcome hangs on how fast the machine is.
    private const int ShortTimer = 500;
    private const int LongTimer = 60_000;
    private static readonly string[] Postures = ["client", "server", "requireInRequestOut", "secureServer"];

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-matrix-").FullName;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("Lab", TimeProvider.System);
    private readonly IReadOnlyList<MatrixCell> _cells;
    private readonly Dictionary<string, (IPEndPoint NodePort, IPEndPoint OwnPort)> _listeners = [];
    private readonly Dictionary<string, StubServer> _strangers = [];
    private readonly List<NodeProcess> _processes = [];
    private readonly StubServer _backEnd = new();
    private readonly Socket _refusing = Wire.New(new IPEndPoint(IPAddress.Loopback, 0));

    public MatrixSite(IReadOnlyList<MatrixCell> cells)
    {
        _cells = cells;
        File.WriteAllText(this["ca.pem"], _authority.Certificate.ExportCertificatePem());
        // Bound and not listening: the port refuses, and nobody else gets it.
        _refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = _backEnd.ServeAsync(AnswerAsync);
        Add("silent", socket => socket.HearAllAsync());
        Add("plain server", async socket =>
        {
            await socket.HearAsync(1);
            await socket.SayAsync("HTTP/1.1 400 Bad Request\r\n\r\n");
            await socket.HearAllAsync();
        });
        Add("closes at once", _ => Task.CompletedTask);
        Add(MatrixCell.None, async socket =>
        {
            await socket.HearAsync(1);
            await socket.SayAsync("\u00fbFBR\r\n\r\n\u007f\0\0\0\0");
            await socket.HearAllAsync();
        });
    }

    public NodeProcess Relay { get; private set; } = null!;

    /// <summary>Where clear bytes of a cell go.</summary>
    public IReadOnlyList<CountingProxy> Clear { get; private set; } = [];

    /// <summary>The relay's endpoint for each cell.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    private string this[string file] => Path.Combine(_folder, file);

    public static string NameOf(int cell) => $"c{cell}";

    public async Task StartAsync()
    {
        foreach (string posture in Postures)
        {
            await StartListenerAsync(posture);
        }
        Clear = [.. _cells.Select(cell => new CountingProxy(cell.PeerPosture is { } posture ? _listeners[posture].OwnPort : _backEnd.EndPoint))];
        await StartRelayAsync();
    }

    /// <summary>Stops the relay, and gives the endpoints for which its security log has a soft association.</summary>
    public async Task<IReadOnlySet<string>> StopAsync()
    {
        await Relay.TerminateAsync();
        await Relay.EndAsync();
        return (from line in await File.ReadAllLinesAsync(this["audit/fe1.jsonl"])
                let one = JsonNode.Parse(line)!
                where (int?)one["id"] == 9004
                select (string)one["endpoint"]!).ToHashSet();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess process in _processes)
        {
            await process.DisposeAsync();
        }
        foreach (IDisposable one in (IDisposable[])[.. Clear, .. _strangers.Values, _backEnd, _refusing, _authority])
        {
            one.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task AnswerAsync(Socket socket)
    {
        await socket.HearAsync(1);
        await socket.SayAsync("answer");
        socket.Shutdown(SocketShutdown.Send);
        await socket.HearAllAsync();
    }

    private void Add(string kind, Func<Socket, Task> behave)
    {
        _strangers[kind] = new StubServer();
        _ = _strangers[kind].ServeAsync(async socket =>
        {
            try
            {
                await behave(socket);
            }
            catch (SocketException)
            {
                // The node has given up.
            }
        });
    }

    private async Task StartListenerAsync(string posture)
    {
        Issue(posture, [$"{posture}.lab.test", .. Enumerable.Range(0, _cells.Count).Where(i => _cells[i].PeerPosture == posture).Select(i => $"{NameOf(i)}.lab.test")]);
        NodeProcess listener = Start(posture, new JsonObject
        {
            ["policy"] = new JsonObject { ["assigned"] = posture },
            ["listener"] = new JsonObject
            {
                ["listen"] = new JsonArray("127.0.0.1:0"),
                ["services"] = new JsonObject
                {
                    ["owa"] = new JsonObject { ["backEnd"] = _backEnd.EndPoint.ToString(), ["peers"] = new JsonArray("fe1.lab.test"), ["listen"] = "127.0.0.1:0" },
                },
            },
        });
        var nodePort = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)"));
        _listeners[posture] = (nodePort, IPEndPoint.Parse(await listener.WaitForAsync(@"own port open on (\S+)")));
    }

    private async Task StartRelayAsync()
    {
        Issue("fe1", ["fe1.lab.test"]);
        Directory.CreateDirectory(this["pins"]);
        await File.WriteAllTextAsync(this["pins/fe1.json"], JsonSerializer.Serialize(new
        {
            version = 1,
            pins = Indexes(cell => cell.IsPinned).Select(i => new { identity = IdentityOf(i), node = NameOf(i), since = DateTimeOffset.UtcNow }),
        }));
        Relay = Start("fe1", new JsonObject
        {
            ["nodes"] = new JsonObject(Each(i => new JsonObject { ["address"] = AddressOf(_cells[i]).ToString(), ["identity"] = IdentityOf(i) })),
            ["relay"] = new JsonObject
            {
                ["endpoints"] = new JsonObject(Each(i => new JsonObject
                {
                    ["listen"] = "127.0.0.1:0",
                    ["node"] = NameOf(i),
                    ["service"] = "owa",
                    ["clearTo"] = Clear[i].EndPoint.ToString(),
                })),
            },
            ["policy"] = new JsonObject
            {
                ["assigned"] = "matrix",
                ["policies"] = new JsonObject { ["matrix"] = new JsonObject { ["rules"] = Rules() } },
            },
        });
        List<IPEndPoint> endPoints = [];
        for (int i = 0; i < _cells.Count; i++)
        {
            endPoints.Add(IPEndPoint.Parse(await Relay.WaitForAsync($@"Relay endpoint {NameOf(i)} open on (\S+)")));
        }
        EndPoints = endPoints;
        await Relay.WaitForAsync("Node fe1 started");
    }

    private JsonObject Rules() => new(
        _cells.Select((cell, i) => (Key: (cell.Posture, cell.Mode, IsSilent: cell.Kind == "silent", IsOtherSuite: cell.Kind == MatrixCell.NoSuite), Endpoint: NameOf(i)))
            .GroupBy(pair => pair.Key, pair => pair.Endpoint)
            .Select((group, number) =>
            {
                JsonObject rule = ActionOf(group.Key.Posture);
                rule["filters"] = new JsonArray([.. group.Select(endpoint => new JsonObject { ["endpoint"] = endpoint })]);
                rule["fallback"] = new JsonObject { ["mode"] = group.Key.Mode, ["milliseconds"] = group.Key.IsSilent ? ShortTimer : LongTimer };
                rule["suites"] = new JsonArray(group.Key.IsOtherSuite ? "aes128-gcm" : "aes256-gcm");
                return KeyValuePair.Create<string, JsonNode?>($"r{number}-{group.Key.Posture}", rule);
            }));

    /// <summary>What the posture is in the terms of a rule (docs/policy.md).</summary>
    private static JsonObject ActionOf(string posture) => posture switch
    {
        "client" => new JsonObject { ["action"] = "respond" },
        "server" => new JsonObject { ["action"] = "negotiate", ["inpass"] = true, ["soft"] = true },
        "requireInRequestOut" => new JsonObject { ["action"] = "negotiate", ["soft"] = true },
        _ => new JsonObject { ["action"] = "negotiate" },
    };

    private EndPoint AddressOf(MatrixCell cell) => cell.Kind == "refuses" ? _refusing.LocalEndPoint!
        : _strangers.TryGetValue(cell.Kind, out StubServer? stranger) ? stranger.EndPoint
        : _listeners[cell.PeerPosture!].NodePort;

    private string IdentityOf(int i) => _cells[i].Kind == MatrixCell.Refused ? $"not-{NameOf(i)}.lab.test" : $"{NameOf(i)}.lab.test";

    private IEnumerable<int> Indexes(Func<MatrixCell, bool> which) => Enumerable.Range(0, _cells.Count).Where(i => which(_cells[i]));

    private IEnumerable<KeyValuePair<string, JsonNode?>> Each(Func<int, JsonObject> make) => Indexes(_ => true).Select(i => KeyValuePair.Create<string, JsonNode?>(NameOf(i), make(i)));

    private NodeProcess Start(string name, JsonObject rest)
    {
        rest["node"] = new JsonObject
        {
            ["name"] = name,
            ["certificate"] = new JsonObject { ["path"] = $"{name}.pem", ["keyPath"] = $"{name}.key" },
            ["trustedRoots"] = new JsonArray("ca.pem"),
            ["suites"] = new JsonArray("aes256-gcm"),
        };
        File.WriteAllText(this[$"{name}.json"], rest.ToJsonString());
        var process = new NodeProcess(this[$"{name}.json"]);
        _processes.Add(process);
        return process;
    }

    private void Issue(string node, IReadOnlyList<string> names)
    {
        using X509Certificate2 certificate = _authority.Issue(new IssueRequest(node) { DnsNames = names });
        File.WriteAllText(this[$"{node}.pem"], certificate.ExportCertificatePem());
        CertificateFiles.Write(this[$"{node}.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), isSecret: true);
    }
}
