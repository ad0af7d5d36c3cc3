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
            NodeListen = $"{TwoHosts.BackEndAddress}:8443",
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
}
