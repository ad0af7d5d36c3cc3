using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An administrator asks a node that takes clear connections what Secure Server would have done, and a relay whether somebody takes clear bytes.</summary>
public sealed class ReadinessScenario : IAsyncLifetime
{
    private readonly StubServer _backEnd = new();
    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require();
        _site = await Site.CreateAsync();
        _site.Write("be1.json", $$"""
            {
              "node": { "certificate": { "path": "be1.lab.test.pem", "keyPath": "be1.lab.test.key" }, "trustedRoots": [ "ca.pem" ], "reloadSeconds": 1 },
              "policy": { "assigned": "client" },
              "listener": {
                "listen": [ "127.0.0.1:0" ],
                "services": { "owa": { "backEnd": "{{_backEnd.EndPoint}}", "peers": [ "fe1.lab.test" ], "listen": "127.0.0.1:0" } }
              }
            }
            """);
    }

    [Fact(Timeout = 90_000)]
    public async Task What_would_have_failed_is_told_and_so_is_a_port_that_takes_clear_bytes()
    {
        await using var node = new NodeProcess(_site["be1.json"]);
        IPEndPoint port = IPEndPoint.Parse(await node.WaitForAsync(@"Service owa: own port open on (\S+)"));
        await node.WaitForAsync("started");
        for (int i = 0; i < 3; i++)
        {
            using Socket client = await Wire.ConnectAsync(port);
            await client.SayAsync("hello");
            using Socket served = await _backEnd.AcceptAsync();
            Assert.Equal("hello", await served.HearAsync(5));
        }
        while ((await _site.RunAsync("audit show 9003 --config {}/be1.json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length < 3)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Transcript told = await _site.RunAsync("policy readiness --json --config {}/be1.json");
        Assert.Equal(ExitCode.Failed, told.Code);
        JsonElement report = JsonDocument.Parse(told.Output).RootElement;
        Assert.Equal((3, false), (report.GetProperty("failing").GetInt32(), report.GetProperty("isReady").GetBoolean()));
        JsonElement finding = report.GetProperty("findings").EnumerateArray().Single();
        Assert.Equal(("fails", "in", "owa", "127.0.0.1", "client", 15), (
            finding.GetProperty("verdict").GetString(), finding.GetProperty("direction").GetString(), finding.GetProperty("name").GetString(),
            finding.GetProperty("source").GetString(), finding.GetProperty("rule").GetString(), finding.GetProperty("bytes").GetInt32()));
        Transcript text = await _site.RunAsync("policy readiness --config {}/be1.json");
        Assert.Contains("3 connections would have failed", text.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1: came clear, and Secure Server takes channels only", text.Output, StringComparison.Ordinal);
        Assert.Contains("not known: the log begins at", text.Output, StringComparison.Ordinal);

        string[] relay = ["policy", "readiness", "--json", "--config", _site["fe1.json"], "--set", $"relay:endpoints:owa:clearTo={port}"];
        Assert.Contains($"{port} at node be1 takes clear connections", (await _site.RunAsync(relay)).Output, StringComparison.Ordinal);
        string[] http = ["policy", "readiness", "--json", "--config", WriteHttp(port)];
        JsonElement way = JsonDocument.Parse((await _site.RunAsync(http)).Output).RootElement.GetProperty("otherWays").EnumerateArray().Single();
        Assert.Equal("owa@be1", way.GetProperty("name").GetString());
        Assert.StartsWith($"{port} at node be1 takes clear connections", way.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await _site.RunAsync("policy assign secureServer --config {}/be1.json")).Code);
        await node.WaitForAsync("Policy secureServer is in effect");
        Assert.DoesNotContain("takes clear connections", (await _site.RunAsync(relay)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("takes clear connections", (await _site.RunAsync(http)).Output, StringComparison.Ordinal);
    }

    /// <summary>A relay with two http endpoints and one destination.</summary>
    private string WriteHttp(IPEndPoint clearTo)
    {
        _site.Write("http.json", $$"""
            {
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "127.0.0.1:9", "identity": "be1.lab.test" } },
              "Kestrel": { "Endpoints": { "one": { "Url": "http://127.0.0.1:0" }, "two": { "Url": "http://127.0.0.1:0" } } },
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" } } },
                "Clusters": { "mail": { "Destinations": { "be1": { "Address": "febe://owa@be1", "Metadata": { "clearTo": "{{clearTo}}" } } } } }
              }
            }
            """);
        return _site["http.json"];
    }

    public ValueTask DisposeAsync()
    {
        _backEnd.Dispose();
        _site?.Dispose();
        return ValueTask.CompletedTask;
    }
}
