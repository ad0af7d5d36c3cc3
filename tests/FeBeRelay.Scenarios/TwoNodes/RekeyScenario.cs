using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A crowd works with a web server behind two nodes whose keys live as short as a configuration allows. Live channels get new keys all the time, by key
/// updates and by forward-secret exchanges, and nobody notices: no request fails, and every byte that is looked at is right, both ways.
/// </summary>
[Collection("two nodes")]
public sealed partial class RekeyScenario
{
    private const int Length = 32 * 1024;

    // The shortest lives there are (docs/configuration.md).
    private const string ShortLived = """
        "lifetimes": { "keySeconds": 10, "keyKilobytes": 1024 },
        "audit": { "path": "NODE.jsonl", "success": [ "logon" ] },
        "Logging": { "LogLevel": { "FeBeRelay.Channel.Associations.AssociationTable": "Debug" } },
        """;

    private const int Exchanges = 1_000;
    private const int NewKeysInAll = 2_000;

    /// <summary>Every channel has a forward-secret exchange in about ten seconds.</summary>
    [Fact(Timeout = 240_000)]
    public Task Two_thousand_new_keys_under_load_fail_no_request_and_change_no_byte() => RunAsync(crowd: 288, checkers: 32);

    /// <summary>The same with 64 connections, which takes minutes.</summary>
    [Fact(Explicit = true, Timeout = 400_000)]
    public Task Sixty_four_connections_live_through_two_thousand_new_keys() => RunAsync(crowd: 48, checkers: 16);

    /// <summary>Slow requests are not much slower for the new keys: of runs in turn, with and without, the median. Wants a machine that has nothing else to do.</summary>
    [Fact(Explicit = true, Timeout = 400_000)]
    public async Task New_keys_raise_the_99th_percentile_of_requests_by_half_at_most()
    {
        const int rounds = 5;
        Tool.Require("nginx", "wrk");
        await using NginxProcess nginx = await NginxProcess.StartAsync();
        await nginx.PublishAsync("file", Length);
        await using NodePair still = await new NodePair { BackEnd = NodePair.Text(nginx.EndPoint) }.StartAsync();
        await using NodePair renewing = await new NodePair { BackEnd = NodePair.Text(nginx.EndPoint), More = ShortLived }.StartAsync();
        List<double> without = [];
        List<double> with = [];
        for (int i = 0; i < rounds; i++)
        {
            without.Add(await NinetyNinthAsync(still));
            with.Add(await NinetyNinthAsync(renewing));
        }
        without.Sort();
        with.Sort();

        int exchanges = renewing.Relay.Count("has new keys under association");
        double ratio = with[rounds / 2] / without[rounds / 2];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"milliseconds without: {string.Join(' ', without)}; with {exchanges} exchanges: {string.Join(' ', with)}; of the medians {ratio:F2}");
        Assert.InRange(exchanges, 1, int.MaxValue);
        Assert.InRange(ratio, 0, 1.5);
    }

    /// <summary>Of requests over 64 connections, in milliseconds.</summary>
    private static async Task<double> NinetyNinthAsync(NodePair nodes)
    {
        string report = await Tool.RunAsync("wrk", "-t1", "-c64", "-d14s", "--timeout", "20s", "--latency", $"{nodes.Url}/file");
        Assert.True(CleanRun().IsMatch(report), report);
        Match found = Percentile().Match(report);
        double value = double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
        return found.Groups[2].Value switch { "us" => value / 1_000, "ms" => value, _ => value * 1_000 };
    }

    [GeneratedRegex(@"99%\s+([0-9.]+)(us|ms|s)")]
    private static partial Regex Percentile();

    private static async Task RunAsync(int crowd, int checkers)
    {
        Tool.Require("nginx", "wrk");
        await using NginxProcess nginx = await NginxProcess.StartAsync();
        await nginx.PublishAsync("file", Length);
        byte[] published = await File.ReadAllBytesAsync(nginx["www/file"], TestContext.Current.CancellationToken);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(nginx.EndPoint), More = ShortLived }.StartAsync();

        using var over = new CancellationTokenSource();
        Task<int>[] checking = [.. Enumerable.Range(0, checkers).Select(number => CheckAsync(nodes.Url, published, number, over.Token))];
        var reports = new List<string>();
        while (nodes.Relay.Count("has new keys under association") < Exchanges)
        {
            reports.Add(await Tool.RunAsync("wrk", "-t1", $"-c{crowd}", "-d24s", "--timeout", "20s", "--latency", $"{nodes.Url}/file"));
        }
        await over.CancelAsync();
        int[] looked = await Task.WhenAll(checking);

        await Task.WhenAll(nodes.Relay.TerminateAsync(), nodes.Listener.TerminateAsync());
        Assert.Equal((0, 0), (await nodes.Relay.EndAsync(), await nodes.Listener.EndAsync()));
        Assert.All(reports, report => Assert.True(CleanRun().IsMatch(report), report));
        NewKeys relay = NewKeys.Of(nodes["fe1.jsonl"]);
        NewKeys listener = NewKeys.Of(nodes["be1.jsonl"]);
        TestContext.Current.TestOutputHelper!.WriteLine($"relay: {relay}\nlistener: {listener}\nlooked at: {looked.Sum()} files\n{string.Join('\n', reports)}");
        Assert.Equal(relay, listener);
        Assert.Equal(0, relay.Failures);
        Assert.InRange(relay.Exchanges, Exchanges, int.MaxValue);
        Assert.InRange(relay.Exchanges + relay.Updates, NewKeysInAll, int.MaxValue);
    }

    /// <summary>Somebody who fetches a file and stores one of his own, in turn, on one connection, and looks at each byte; gives how often.</summary>
    private static async Task<int> CheckAsync(string url, byte[] published, int number, CancellationToken over)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1, UseProxy = false });
        byte[] own = new byte[Length];
        for (int round = 0; ; round++)
        {
            Assert.Equal(published, await client.GetByteArrayAsync($"{url}/file", TestContext.Current.CancellationToken));
            RandomNumberGenerator.Fill(own);
            using HttpResponseMessage stored = await client.PutAsync($"{url}/own{number}", new ByteArrayContent(own), TestContext.Current.CancellationToken);
            stored.EnsureSuccessStatusCode();
            Assert.Equal(own, await client.GetByteArrayAsync($"{url}/own{number}", TestContext.Current.CancellationToken));
            if (over.IsCancellationRequested)
            {
                return 3 * (round + 1);
            }
        }
    }

    /// <summary>wrk names errors only where there were some.</summary>
    [GeneratedRegex("^(?!.*(Socket errors|Non-2xx)).*[1-9][0-9]* requests in", RegexOptions.Singleline)]
    private static partial Regex CleanRun();

    /// <summary>What a node's security log says of the new keys of all its channels.</summary>
    private sealed record NewKeys(long Exchanges, long Updates, int Failures)
    {
        public static NewKeys Of(string path)
        {
            JsonElement[] events = [.. File.ReadLines(path).Select(line => JsonElement.Parse(line))];
            JsonElement[] channels = [.. events.Where(e => e.GetProperty("id").GetInt32() == 542)];
            return new NewKeys(
                channels.Sum(e => e.GetProperty("quickModes").GetInt64()),
                channels.Sum(e => e.GetProperty("keyUpdates").GetInt64()),
                events.Count(e => e.GetProperty("outcome").GetString() == "failure"));
        }
    }
}
