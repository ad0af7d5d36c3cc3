using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// Two hosts, each a network namespace, and a capture on the link between them. Random markers in targets, headers, bodies and answers that go
/// through the nodes are not in what was captured; the same markers sent clear over the same link are.
/// </summary>
[Collection("two nodes")]
public sealed class WireScenario
{
    private const string FrontEnd = "10.77.2.1";
    private const string BackEnd = "10.77.2.2";
    private const int ClearPort = 8081;

    [Fact(Timeout = 90_000)]
    public async Task No_marker_is_on_the_link_unless_it_is_sent_clear()
    {
        Tool.Require("ip", "tcpdump");
        Tool.Need(Environment.IsPrivilegedProcess, "network namespaces need root");
        await using TwoHosts hosts = await TwoHosts.CreateAsync();
        string folder = Directory.CreateTempSubdirectory("feberelay-wire-").FullName;
        using var server = new StubServer(new UnixDomainSocketEndPoint(Path.Combine(folder, "be.sock")));
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            Listen = $"unix:{Path.Combine(folder, "fe.sock")}",
            NodeListen = $"{BackEnd}:8443",
            Namespaces = (hosts.FrontEnd, hosts.BackEnd),
        }.StartAsync();
        string capture = Path.Combine(folder, "link.pcap");
        using Process tcpdump = await hosts.CaptureAsync(capture);
        string[] markers = [.. Enumerable.Range(0, 6).Select(_ => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)))];

        string question = $"POST /{markers[0]} HTTP/1.1\r\nHost: x\r\nX-Marker: {markers[1]}\r\nContent-Length: 24\r\n\r\n{markers[2]}";
        string answer = $"HTTP/1.1 200 OK\r\nX-Marker: {markers[3]}\r\nTransfer-Encoding: chunked\r\n\r\n18;x={markers[4]}\r\n{markers[5]}\r\n0\r\n\r\n";
        await TalkAsync(nodes, server, question, answer);
        await hosts.SendClearAsync("clear-" + markers[0], ClearPort);
        await TwoHosts.StopCaptureAsync(tcpdump);

        byte[] link = await File.ReadAllBytesAsync(capture, TestContext.Current.CancellationToken);
        Assert.True(link.AsSpan().IndexOf("FBR\r\n\r\n"u8) >= 0, "the capture holds the channel's preface");
        Assert.True(link.AsSpan().IndexOf(Bytes("clear-" + markers[0])) >= 0, "the capture holds what was sent clear");
        Assert.All(markers[1..], marker => Assert.True(link.AsSpan().IndexOf(Bytes(marker)) < 0, $"{marker} is on the link"));
        Assert.True(link.AsSpan().IndexOf(Bytes("/" + markers[0])) < 0, "the target is on the link");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task TalkAsync(NodePair nodes, StubServer server, string question, string answer)
    {
        using Socket client = await nodes.ConnectAsync();
        await client.SayAsync(question);
        using Socket served = await server.AcceptAsync();
        Assert.Equal(question, await served.HearAsync(question.Length));
        await served.SayAsync(answer);
        Assert.Equal(answer, await client.HearAsync(answer.Length));
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    /// <summary>The two hosts and their link; removed whatever happens.</summary>
    private sealed class TwoHosts : IAsyncDisposable
    {
        private readonly string _suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

        public string FrontEnd => $"fbr-fe-{_suffix}";

        public string BackEnd => $"fbr-be-{_suffix}";

        public static async Task<TwoHosts> CreateAsync()
        {
            var hosts = new TwoHosts();
            await IpAsync($"netns add {hosts.FrontEnd}");
            await IpAsync($"netns add {hosts.BackEnd}");
            await IpAsync($"link add eth0 netns {hosts.FrontEnd} type veth peer name eth0 netns {hosts.BackEnd}");
            foreach ((string host, string address) in ((string, string)[])[(hosts.FrontEnd, WireScenario.FrontEnd), (hosts.BackEnd, WireScenario.BackEnd)])
            {
                await IpAsync($"-n {host} addr add {address}/24 dev eth0");
                await IpAsync($"-n {host} link set lo up");
                await IpAsync($"-n {host} link set eth0 up");
            }
            return hosts;
        }

        /// <summary>Starts a capture and waits until it listens.</summary>
        public async Task<Process> CaptureAsync(string file)
        {
            string[] command = ["netns", "exec", FrontEnd, "tcpdump", "-i", "eth0", "--immediate-mode", "-U", "-s", "0", "-w", file];
            Process process = Process.Start(new ProcessStartInfo("ip", command) { RedirectStandardError = true })!;
            while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
            {
            }
            return process;
        }

        public static async Task StopCaptureAsync(Process tcpdump)
        {
            await Tool.RunAsync("kill", "-INT", $"{tcpdump.Id}");
            await tcpdump.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        /// <summary>Sends text over the link without protection, and waits until it has arrived.</summary>
        public async Task SendClearAsync(string text, int port)
        {
            string listen = $"import socket; s=socket.create_server(('{WireScenario.BackEnd}',{port})); print('ready',flush=True); c,_=s.accept(); print(c.recv(100).decode())";
            using Process receiver = Process.Start(
                new ProcessStartInfo("ip", ["netns", "exec", BackEnd, "python3", "-c", listen]) { RedirectStandardOutput = true })!;
            Assert.Equal("ready", await receiver.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await Tool.RunAsync(
                "ip", "netns", "exec", FrontEnd, "python3", "-c",
                $"import socket; c=socket.create_connection(('{WireScenario.BackEnd}',{port})); c.sendall(b'{text}'); c.close()");
            Assert.Equal(text, await receiver.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        }

        public async ValueTask DisposeAsync()
        {
            await IpAsync($"netns delete {FrontEnd}");
            await IpAsync($"netns delete {BackEnd}");
        }

        private static async Task IpAsync(string arguments) => await Tool.RunAsync("ip", arguments.Split(' '));
    }
}
