using System.Net;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>
/// This project's two nodes as processes: be1 beside the back end; fe1 with a <c>stream</c> and an <c>http</c> endpoint; fe2, whose <c>http</c>
/// endpoint trusts nobody and adds fields. Keys are changed for each MiB, so that every case that moves bytes meets changes of keys.
/// </summary>
internal sealed class FeBeRelayProxy : Proxy
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "feberelay.exe" : "feberelay");

    public static async Task<FeBeRelayProxy> StartAsync(IPEndPoint backEnd, bool http)
    {
        var proxy = new FeBeRelayProxy();
        using (var authority = CertificateAuthority.Create("Lab", TimeProvider.System))
        {
            await proxy.WriteAsync("ca.pem", authority.Certificate.ExportCertificatePem());
            foreach (string node in (string[])["be1", "fe1", "fe2"])
            {
                using X509Certificate2 certificate = authority.Issue(new IssueRequest($"{node}.lab.test"));
                await proxy.WriteAsync($"{node}.pem", certificate.ExportCertificatePem());
                CertificateFiles.Write(Path.Combine(proxy.Folder, $"{node}.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), isSecret: true);
            }
        }
        ProxyProcess listener = await proxy.RunAsync("be1", $$"""
            "listener": { "listen": [ "127.0.0.1:0" ], "services": { "owa": { "backEnd": "{{backEnd}}", "peers": [ "fe1.lab.test", "fe2.lab.test" ] } } }
            """);
        string nodes = $$""" "nodes": { "be1": { "address": "{{await listener.WaitForAsync(@"Node port open on (\S+)")}}", "identity": "be1.lab.test" } }, """;
        if (http)
        {
            (proxy.Target, ProxyProcess relay) = await proxy.StartHttpAsync("fe1", nodes, "127.0.0.0/8", "");
            proxy.ReadLog = relay.ReadLog;
            (proxy.PolicyTarget, _) = await proxy.StartHttpAsync("fe2", nodes, "192.0.2.0/24", """
                , "Transforms": [ { "RequestHeader": "Front-End-Https", "Set": "On" }, { "X-Forwarded": "Append" } ]
                """);
        }
        else
        {
            ProxyProcess relay = await proxy.RunAsync("fe1", $$"""
                {{nodes}} "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa" } } }
                """);
            proxy.ReadLog = relay.ReadLog;
            proxy.Target = UrlOf(IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint owa open on (\S+)")).Port);
        }
        return proxy;
    }

    private async Task<(Uri Url, ProxyProcess Relay)> StartHttpAsync(string node, string nodes, string trusted, string transforms)
    {
        ProxyProcess relay = await RunAsync(node, $$"""
            {{nodes}}
            "http": { "trustedClients": [ "{{trusted}}" ] },
            "Kestrel": { "Endpoints": { "owa": { "Url": "http://127.0.0.1:0" } } },
            "ReverseProxy": {
              "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" }{{transforms}} } },
              "Clusters": { "mail": { "Destinations": { "be1": { "Address": "febe://owa@be1" } } } }
            }
            """);
        return (new Uri(await relay.WaitForAsync(@"open on (http://[^\s:]+:\d+)")), relay);
    }

    private async Task<ProxyProcess> RunAsync(string node, string rest)
    {
        string path = await WriteAsync($"{node}.json", $$"""
            {
              "lifetimes": { "keyKilobytes": 1024 },
              "node": { "name": "{{node}}", "certificate": { "path": "{{node}}.pem", "keyPath": "{{node}}.key" }, "trustedRoots": [ "ca.pem" ] },
              {{rest}}
            }
            """);
        ProxyProcess process = Add(new ProxyProcess(Program, "run", "--config", path));
        await process.WaitForAsync($"Node {node} started");
        return process;
    }
}
