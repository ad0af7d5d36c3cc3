using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FeBeRelay.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>
/// Strangers knock at a node that keeps its log, and the node is killed in the middle of it, again and again. What syslog was sent had been written: no line of
/// it may be missing from the file, and the file is whole.
/// </summary>
public sealed class AuditScenario : IAsyncLifetime
{
    private const int Kills = 6;

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Fact(Timeout = 120_000)]
    public async Task No_line_that_was_acknowledged_is_lost_or_damaged_by_kill_9()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs every address of 127.0.0.0/8");
        using var syslog = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        syslog.Bind(new UnixDomainSocketEndPoint(_site["log.sock"]));
        var random = new Random(9);
        List<string> acknowledged = [];
        for (int i = 0; i < Kills; i++)
        {
            await using NodeProcess node = Start();
            var port = IPEndPoint.Parse(await node.WaitForAsync(@"Node port open on (\S+)"));
            Task knocking = KnockAsync(port, i);
            for (int wanted = random.Next(5, 60); wanted > 0; wanted--)
            {
                acknowledged.Add(await ReceiveAsync(syslog));
            }
            await node.KillAsync();
            while (syslog.Available > 0)
            {
                acknowledged.Add(await ReceiveAsync(syslog));
            }
            await knocking;
        }
        await StopInOrderAsync(acknowledged, syslog);

        string[] lines = await File.ReadAllLinesAsync(_site["audit/be1.jsonl"], TestContext.Current.CancellationToken);
        Assert.True(acknowledged.Count > Kills * 5);
        Assert.Empty(acknowledged.Except(lines));
        Transcript intact = await VerifyAsync(acknowledged[0]);
        Assert.True(intact.Code == ExitCode.Succeeded, intact.Error);
        await AssertFoundOutAsync(lines, acknowledged[^1]);
    }

    [Fact]
    public async Task Reading_a_log_shows_what_a_filter_lets_through()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGTERM is a Unix matter");
        await using (NodeProcess node = Start(withSyslog: false))
        {
            await node.WaitForAsync("Node be1.lab.test started");
            await node.TerminateAsync();
            Assert.Equal(0, await node.EndAsync());
        }

        Transcript tail = await _site.RunAsync("audit tail --config {}/be1.json");
        Assert.Equal(["fileStarted", "nodeStarted", "nodeStopped", "checkpoint"], tail.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]));
        Transcript last = await _site.RunAsync("audit tail {}/audit/be1.jsonl -n 1 --json");
        Assert.Equal(9101, JsonDocument.Parse(last.Output).RootElement.GetProperty("id").GetInt32());
        Transcript started = await _site.RunAsync("audit show 613 {}/audit/be1.jsonl");
        Assert.Contains("success nodeStarted localIdentity=[\"be1.lab.test\"]", Assert.Single(started.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal("", (await _site.RunAsync("audit show failure --config {}/be1.json")).Output);
        Transcript json = await _site.RunAsync("audit verify --config {}/be1.json --json");
        Assert.Equal((4, true), (JsonDocument.Parse(json.Output).RootElement.GetProperty("last").GetInt32(), JsonDocument.Parse(json.Output).RootElement.GetProperty("isIntact").GetBoolean()));
    }

    [Theory]
    [InlineData("audit verify", 2, "no log was named")]
    [InlineData("audit verify {}/none.jsonl", 1, "there is no audit log {}/none.jsonl")]
    [InlineData("audit verify {}/none.jsonl --head abc", 2, "--head abc is not a hash")]
    public async Task A_mistake_is_told_with_what_to_do(string command, int code, string message)
    {
        Transcript end = await _site.RunAsync(command);

        Assert.Equal((code, ""), (end.Code, end.Output));
        Assert.StartsWith($"feberelay: {message}", end.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", end.Error, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private NodeProcess Start(bool withSyslog = true)
    {
        string audit = withSyslog ? $$""", "audit": { "syslog": {{JsonSerializer.Serialize(_site["log.sock"])}}, "checkpointEvents": 20 } }""" : " }";
        _site.Write("be1.json", $$"""
            {
              "node": { "certificate": { "path": "be1.lab.test.pem", "keyPath": "be1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "listener": { "listen": [ "127.0.0.1:0" ], "services": { "owa": { "backEnd": "127.0.0.1:9", "peers": [ "fe1.lab.test" ] } } }
              {{audit}}
            """);
        return new NodeProcess(_site["be1.json"]);
    }

    /// <summary>Garbage from ever other addresses, so that each is an event of its own, until nobody answers.</summary>
    private static async Task KnockAsync(IPEndPoint port, int round)
    {
        try
        {
            for (int i = 0; i < 10_000; i++)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(new IPAddress([127, (byte)(round + 1), (byte)(i / 250), (byte)(i % 250 + 1)]), 0));
                await socket.ConnectAsync(port, TestContext.Current.CancellationToken);
                await socket.SendAsync("knock knock, this is no preface"u8.ToArray());
                socket.Shutdown(SocketShutdown.Send);
                await socket.ReceiveAsync(new byte[64], TestContext.Current.CancellationToken);
            }
        }
        catch (SocketException)
        {
            // The node was killed.
        }
    }

    private static async Task<string> ReceiveAsync(Socket syslog)
    {
        var datagram = new byte[65_536];
        int count = await syslog.ReceiveAsync(datagram, TestContext.Current.CancellationToken);
        string text = Encoding.UTF8.GetString(datagram, 0, count);
        return text[text.IndexOf('{', StringComparison.Ordinal)..];
    }

    private async Task StopInOrderAsync(List<string> acknowledged, Socket syslog)
    {
        await using NodeProcess node = Start();
        await node.WaitForAsync("Node be1.lab.test started");
        await node.TerminateAsync();
        Assert.Equal(0, await node.EndAsync());
        while (syslog.Available > 0)
        {
            acknowledged.Add(await ReceiveAsync(syslog));
        }
    }

    private async Task AssertFoundOutAsync(string[] lines, string newest)
    {
        string log = _site["audit/be1.jsonl"];
        await File.WriteAllLinesAsync(log, lines.SkipLast(1), TestContext.Current.CancellationToken);
        Transcript cut = await VerifyAsync(newest);
        Assert.Equal(ExitCode.Failed, cut.Code);
        Assert.Contains("is not in the log: lines were cut off", cut.Error, StringComparison.Ordinal);

        await File.WriteAllLinesAsync(log, lines.Select((line, i) => i == 3 ? line.Replace("failure", "success", StringComparison.Ordinal) : line), TestContext.Current.CancellationToken);
        Transcript changed = await VerifyAsync(newest);
        Assert.Equal(ExitCode.Failed, changed.Code);
        Assert.Contains("be1.jsonl:4: its hash is not that of line 4", changed.Error, StringComparison.Ordinal);
        Assert.Contains("NOT INTACT", changed.Output, StringComparison.Ordinal);
    }

    private Task<Transcript> VerifyAsync(string line) =>
        _site.RunAsync($"audit verify --config {{}}/be1.json --certificate {{}}/be1.lab.test.pem --head {line[^66..^2]}");
}
