using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>
/// Two hosts. curl and nginx on the one know nothing of a relay: they connect to the web server of the other, in the clear as they believe. Their connections are
/// captured, and what crosses the link is a channel. With --guard the web server's port is closed to everybody else. When the rules are removed all is as before.
/// </summary>
[Collection("two nodes")]
public sealed class CaptureScenario
{
    private const string Url = $"http://{TwoHosts.BackEndAddress}/marker";
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "feberelay");
    private static readonly string[] Somebody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    [Fact(Timeout = 120_000)]
    public async Task Programs_that_know_nothing_of_it_are_protected()
    {
        Tool.Require("ip", "tcpdump", "nft", "curl", "nginx");
        Tool.Need(Environment.IsPrivilegedProcess, "network namespaces need root");
        string marker = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        string folder = Directory.CreateTempSubdirectory("feberelay-capture-").FullName;
        await using TwoHosts hosts = await TwoHosts.CreateAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "marker"), marker, TestContext.Current.CancellationToken);
        using Process webServer = await StartWebServerAsync(hosts, folder);
        await using NodePair nodes = await StartNodesAsync(hosts);
        await TwoHosts.RunAsync(hosts.FrontEnd, "nft", "add table inet others");

        await InstallAsync(hosts.FrontEnd, nodes["fe1.json"], "--user", "root");
        await InstallAsync(hosts.BackEnd, nodes["be1.json"], "--guard");
        string capture = Path.Combine(folder, "link.pcap");
        using Process tcpdump = await hosts.CaptureAsync(capture);
        string byCurl = await TwoHosts.RunAsync(hosts.FrontEnd, [.. Somebody, "curl", "-s", Url]);
        string byNginx = await ThroughNginxAsync(hosts, folder);
        await TwoHosts.StopCaptureAsync(tcpdump);

        Assert.Equal((marker, marker), (byCurl, byNginx));
        byte[] link = await File.ReadAllBytesAsync(capture, TestContext.Current.CancellationToken);
        Assert.True(link.AsSpan().IndexOf("FBR\r\n\r\n"u8) >= 0, "the capture holds the channel's preface");
        Assert.True(link.AsSpan().IndexOf(Encoding.ASCII.GetBytes(marker)) < 0, "the marker is on the link");
        Assert.True(link.AsSpan().IndexOf("GET /"u8) < 0, "a request is on the link");

        // Around the relay, as its own user may, there is no way; nor into the relay without having been captured.
        Assert.Equal("refused", await DirectlyAsync(hosts, Url));
        Assert.Equal("reset", await DirectlyAsync(hosts, "http://127.0.0.1:15001/marker"));
        Assert.Equal(1, nodes.Relay.Count("which is none of the endpoint's destinations"));

        await AssertRemovedAsync(hosts, nodes);
        Assert.Equal(marker, await DirectlyAsync(hosts, Url));
        webServer.Kill(entireProcessTree: true);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<NodePair> StartNodesAsync(TwoHosts hosts) => await new NodePair
    {
        BackEnd = "127.0.0.1:80",
        Listen = "127.0.0.1:15001",
        NodeListen = $"{TwoHosts.BackEndAddress}:8443",
        EndpointMore = $", \"kind\": \"transparent\", \"destinations\": [ \"{TwoHosts.BackEndAddress}:80\" ]",
        Namespaces = (hosts.FrontEnd, hosts.BackEnd),
    }.StartAsync();

    private static Task<string> InstallAsync(string host, string configuration, params string[] more) =>
        TwoHosts.RunAsync(host, [Program, "capture", "install", "--config", configuration, .. more]);

    /// <summary>On all addresses, as web servers do.</summary>
    private static async Task<Process> StartWebServerAsync(TwoHosts hosts, string folder)
    {
        Process server = TwoHosts.Start(hosts.BackEnd, "python3", "-u", "-m", "http.server", "80", "--directory", folder);
        Assert.StartsWith("Serving HTTP", await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        return server;
    }

    /// <summary>A front end as anybody has it: proxy_pass to the other host.</summary>
    private static async Task<string> ThroughNginxAsync(TwoHosts hosts, string folder)
    {
        await Tool.RunAsync("chmod", "777", folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            user nobody nogroup; worker_processes 1; pid nginx.pid; error_log error.log;
            events { worker_connections 64; }
            http {
              access_log off; client_body_temp_path t0; proxy_temp_path t1; fastcgi_temp_path t2; uwsgi_temp_path t3; scgi_temp_path t4;
              server { listen 127.0.0.1:8080; location / { proxy_pass http://{{TwoHosts.BackEndAddress}}; } }
            }
            """, TestContext.Current.CancellationToken);
        string[] nginx = ["nginx", "-p", folder, "-e", "error.log", "-c", "nginx.conf"];
        await TwoHosts.RunAsync(hosts.FrontEnd, nginx);
        string got = await TwoHosts.RunAsync(hosts.FrontEnd, "curl", "-s", "http://127.0.0.1:8080/marker");
        await TwoHosts.RunAsync(hosts.FrontEnd, [.. nginx, "-s", "stop"]);
        return got;
    }

    private static async Task<string> DirectlyAsync(TwoHosts hosts, string url)
    {
        // 7: no connection. 52, 56: it ended without an answer.
        string ask = $"curl -s {url}; case $? in 0) ;; 7) echo refused;; 52|56) echo reset;; *) echo $?;; esac";
        return (await TwoHosts.RunAsync(hosts.FrontEnd, "sh", "-c", ask)).Trim();
    }

    private static async Task AssertRemovedAsync(TwoHosts hosts, NodePair nodes)
    {
        string[] fe = [Program, "capture", "show", "--config", nodes["fe1.json"]];
        Assert.Contains($"ip daddr {TwoHosts.BackEndAddress} tcp dport 80 redirect to :15001", await TwoHosts.RunAsync(hosts.FrontEnd, fe), StringComparison.Ordinal);

        await TwoHosts.RunAsync(hosts.FrontEnd, Program, "capture", "remove", "--config", nodes["fe1.json"]);
        await TwoHosts.RunAsync(hosts.BackEnd, Program, "capture", "remove", "--config", nodes["be1.json"]);

        Assert.Equal("table inet others\n", await TwoHosts.RunAsync(hosts.FrontEnd, "nft", "list", "tables"));
        Assert.Equal("", await TwoHosts.RunAsync(hosts.BackEnd, "nft", "list", "tables"));
    }
}
