using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>
/// A relay with one http endpoint, whose paths lead to nodes of different kinds, each under a rule of its own; and a listener behind which there is a web
/// server. What goes clear passes a counter, for each path.
/// </summary>
public sealed class HttpPolicySite : IAsyncLifetime
{
    /// <summary>Path, peer's identity, rule, and what else its destination says.</summary>
    private static readonly (string Path, string Kind, string Rule, string Guard)[] Ways =
    [
        ("plain", "plain server", """{ "action": "negotiate", "soft": true }""", "refuse"),
        ("warned", "plain server", """{ "action": "negotiate", "soft": true }""", "warn"),
        ("open", "plain server", """{ "action": "negotiate", "soft": true }""", "off"),
        ("silent", "silent", """{ "action": "negotiate", "soft": true, "fallback": { "milliseconds": 500 } }""", "refuse"),
        ("usual", "silent", """{ "action": "negotiate", "soft": true }""", "refuse"),
        ("client", "listener", """{ "action": "respond" }""", "refuse"),
        ("refused", "stranger", """{ "action": "negotiate", "soft": true }""", "off"),
        ("suites", "listener", """{ "action": "negotiate", "soft": true, "suites": [ "aes128-gcm" ] }""", "off"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-http-policy-").FullName;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("Lab", TimeProvider.System);
    private readonly StubServer _backEnd = new();
    private readonly StubServer _plain = new();
    private readonly StubServer _silent = new();
    private readonly Dictionary<string, CountingProxy> _clear = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly ConcurrentQueue<string> _requests = new();
    private NodeProcess? _listener;
    private NodeProcess? _relay;

    internal NodeProcess Relay => _relay!;

    /// <summary>What the web server was asked, in its order.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    private string this[string file] => Path.Combine(_folder, file);

    public long ClearBytes(string path) => _clear[path].Bytes;

    /// <summary>Asks for a path.</summary>
    public async Task<(int Status, string Body)> AskAsync(string path, string? cookie = null, string? body = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Put, $"/{path}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }
        request.Content = body is null ? null : new StringContent(body);
        using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until the relay's security log has so many events of that number about a peer.</summary>
    public async Task<IReadOnlyList<JsonNode>> EventsAsync(int id, string peer, int count)
    {
        while (true)
        {
            await using var file = new FileStream(this["audit/fe1.jsonl"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            string[] lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n')[..^1];
            JsonNode[] found = [.. lines.Select(line => JsonNode.Parse(line)!).Where(e => (int)e["id"]! == id && (string?)e["peerNode"] == peer)];
            if (found.Length >= count)
            {
                return found;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(this["ca.pem"], _authority.Certificate.ExportCertificatePem());
        _ = _backEnd.ServeAsync(AnswerAsync);
        _ = _silent.ServeAsync(ListenAsync);
        _ = _plain.ServeAsync(BeOfAnotherProtocolAsync);
        Issue("be1", "client.lab.test", "suites.lab.test");
        Issue("fe1", "fe1.lab.test");
        _listener = Start("be1", $$"""
            "policy": { "assigned": "server" },
            "listener": { "listen": [ "127.0.0.1:0" ], "services": { "owa": { "backEnd": "{{_backEnd.EndPoint}}", "peers": [ "fe1.lab.test" ], "listen": "127.0.0.1:0" } } }
            """);
        EndPoint nodePort = IPEndPoint.Parse(await _listener.WaitForAsync(@"Node port open on (\S+)"));
        EndPoint ownPort = IPEndPoint.Parse(await _listener.WaitForAsync(@"own port open on (\S+)"));
        foreach ((string path, string kind, _, _) in Ways)
        {
            _clear[path] = new CountingProxy(kind == "listener" ? ownPort : _backEnd.EndPoint);
        }
        _relay = Start("fe1", $$"""
            "nodes": { {{Each(w => $$"""{ "address": "{{(w.Kind == "silent" ? _silent.EndPoint : w.Kind == "plain server" ? _plain.EndPoint : nodePort)}}", "identity": "{{w.Path}}.lab.test" }""")}} },
            "policy": { "assigned": "tested", "policies": { "tested": { "rules": {
              {{Each(w => w.Rule.Replace("{ \"action\"", $$"""{ "filters": [ { "peer": "{{w.Path}}.lab.test", "endpoint": "web" } ], "ratchet": false, "action" """, StringComparison.Ordinal))}} } } } },
            "Kestrel": { "Endpoints": { "web": { "Url": "http://127.0.0.1:0" } } },
            "ReverseProxy": {
              "Routes": { {{Each(w => $$"""{ "ClusterId": "{{w.Path}}", "Match": { "Path": "/{{w.Path}}" } }""")}} },
              "Clusters": { {{Each(w => $$"""
                { "Destinations": { "d": { "Address": "febe://owa@{{w.Path}}", "Metadata": { "clearTo": "{{_clear[w.Path].EndPoint}}", "guard": "{{w.Guard}}" } } } }
                """)}} }
            }
            """);
        _http.BaseAddress = new Uri(await _relay.WaitForAsync(@"http endpoints open on (http://\S+?):?,? "));
        await _relay.WaitForAsync("Node fe1 started");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess? process in (NodeProcess?[])[_relay, _listener])
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        foreach (IDisposable one in (IDisposable[])[_http, .. _clear.Values, _plain, _silent, _backEnd, _authority])
        {
            one.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static string Each(Func<(string Path, string Kind, string Rule, string Guard), string> make) => string.Join(", ", Ways.Select(w => $"\"{w.Path}\": {make(w)}"));

    private static async Task ListenAsync(Socket socket)
    {
        try
        {
            await socket.HearAllAsync();
        }
        catch (SocketException)
        {
            // The node has given up.
        }
    }

    private static async Task BeOfAnotherProtocolAsync(Socket socket)
    {
        await socket.HearAsync(1);
        await socket.SayAsync("HTTP/1.1 400 Bad Request\r\n\r\n");
        await ListenAsync(socket);
    }

    private async Task AnswerAsync(Socket socket)
    {
        try
        {
            while (await HearRequestAsync(socket) is { Length: > 0 } request)
            {
                _requests.Enqueue(request);
                await socket.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
            }
        }
        catch (SocketException)
        {
            // The relay has ended it.
        }
    }

    private static async Task<string> HearRequestAsync(Socket socket)
    {
        string request = "";
        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            string more = await socket.HearAsync(1);
            if (more.Length == 0)
            {
                return "";
            }
            request += more;
        }
        string length = request.Split("Content-Length: ") is [_, var rest] ? rest.Split('\r')[0] : "0";
        return request + await socket.HearAsync(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture));
    }

    private NodeProcess Start(string name, string rest)
    {
        File.WriteAllText(this[$"{name}.json"], $$"""
            {
              "node": { "name": "{{name}}", "certificate": { "path": "{{name}}.pem", "keyPath": "{{name}}.key" }, "trustedRoots": [ "ca.pem" ], "suites": [ "aes256-gcm" ] },
              {{rest}}
            }
            """);
        return new NodeProcess(this[$"{name}.json"]);
    }

    private void Issue(string node, params string[] names)
    {
        using X509Certificate2 certificate = _authority.Issue(new IssueRequest(node) { DnsNames = names });
        File.WriteAllText(this[$"{node}.pem"], certificate.ExportCertificatePem());
        CertificateFiles.Write(this[$"{node}.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), isSecret: true);
    }
}
