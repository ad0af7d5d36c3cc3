using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.RealServers;

/// <summary>
/// Prometheus scrapes two nodes while an application uses a service, another asks for one that it may not have, and a stranger knocks at the node port. Then
/// its figures, the monitor's and the security log's lines are laid side by side.
/// </summary>
public sealed class PrometheusScenario
{
    private const int Question = 4_000;

    [Fact(Timeout = 120_000)]
    public async Task Scraped_figures_are_those_of_the_monitor_and_of_the_security_log()
    {
        Tool.Require("prometheus");
        using var backEnd = new StubServer();
        await using NodePair nodes = await StartAsync(backEnd);
        (Uri relay, Uri listener) = (await ManagementOfAsync(nodes.Relay), await ManagementOfAsync(nodes.Listener));
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync((relay, TokenFile(nodes, "fe1")), (listener, TokenFile(nodes, "be1")));

        await VisitAsync(nodes, backEnd);
        await VisitAsync(nodes, backEnd);
        await KnockAsync(nodes);

        IReadOnlyList<Scraped> fe1 = await AssertLikeMonitorAsync(nodes, prometheus, "fe1", relay);
        IReadOnlyList<Scraped> be1 = await AssertLikeMonitorAsync(nodes, prometheus, "be1", listener);
        Assert.Equal(1, Events(fe1)["541"]);
        Assert.Equal((2, 2), (Events(be1)["560"], Events(be1)["562"]));
        Assert.Equal(1, Events(be1)["546"]);
        await AssertLikeLogAsync(nodes["audit/fe1.jsonl"], Events(fe1));
        await AssertLikeLogAsync(nodes["audit/be1.jsonl"], Events(be1));
    }

    [Fact(Timeout = 90_000)]
    public async Task What_the_dashboard_asks_for_is_there()
    {
        Tool.Require("prometheus");
        using var backEnd = new StubServer();
        await using NodePair nodes = await StartAsync(backEnd);
        Uri listener = await ManagementOfAsync(nodes.Listener);
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync((listener, TokenFile(nodes, "be1")));
        await prometheus.NextScrapeAsync(listener);
        using JsonDocument dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(DashboardFile(), TestContext.Current.CancellationToken));

        foreach (JsonElement target in dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
        {
            string expression = target.GetProperty("expr").GetString()!.Replace("$node", ".+", StringComparison.Ordinal).Replace("[$__rate_interval]", "[1m]", StringComparison.Ordinal);
            // Two scrapes make a rate; no failure has happened.
            while ((await prometheus.QueryAsync(expression)).Count == 0 && !expression.Contains("\"failure\"", StringComparison.Ordinal))
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Prometheus_finds_no_fault_with_the_form_of_what_is_scraped()
    {
        Tool.Require("prometheus");
        using var backEnd = new StubServer();
        await using NodePair nodes = await StartAsync(backEnd);
        using HttpClient client = Client(nodes, "be1", await ManagementOfAsync(nodes.Listener));
        string scraped = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), await CheckAsync(scraped));
        Assert.NotEqual(0, (await CheckAsync(scraped.Replace("# HELP feberelay_uptime_seconds", "# HELPS feberelay_uptime_seconds\n#", StringComparison.Ordinal))).Code);
    }

    private static async Task<NodePair> StartAsync(StubServer backEnd) => await new NodePair
    {
        BackEnd = NodePair.Text(backEnd.EndPoint),
        Management = """{ "listen": [ "127.0.0.1:0" ] }""",
        RelayManagement = """{ "listen": [ "127.0.0.1:0" ] }""",
        More = """ "audit": { "success": [ "logon", "object", "policy", "clear", "system" ] }, """,
    }.StartAsync();

    private static async Task<Uri> ManagementOfAsync(NodeProcess node) => new(await node.WaitForAsync(@"Management endpoint open on .*(http://[0-9.:]+)"));

    private static string TokenFile(NodePair nodes, string node) => nodes[$"management/{node}/viewer.token"];

    private static HttpClient Client(NodePair nodes, string node, Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(TokenFile(nodes, node)).Trim());
        return client;
    }

    private static string DashboardFile()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return Path.Combine(folder, "docs", "grafana", "feberelay.json");
    }

    private static async Task VisitAsync(NodePair nodes, StubServer backEnd)
    {
        using Socket application = await nodes.ConnectAsync();
        await application.SendAsync(new byte[Question], TestContext.Current.CancellationToken);
        application.Shutdown(SocketShutdown.Send);
        using Socket served = await backEnd.AcceptAsync();
        Assert.Equal(Question, (await served.HearAllAsync()).Length);
        served.Shutdown(SocketShutdown.Send);
        Assert.Empty(await application.HearAllAsync());
    }

    /// <summary>Somebody at the node port who does not speak the protocol.</summary>
    private static async Task KnockAsync(NodePair nodes)
    {
        using Socket stranger = await Wire.ConnectAsync(nodes.NodePort);
        await stranger.SayAsync("GET / HTTP/1.1\r\nHost: be1\r\n\r\n");
        try
        {
            await stranger.HearAllAsync();
        }
        catch (SocketException)
        {
            // However it is told: it is over.
        }
    }

    /// <summary>Scrapes between two readings of the monitor that say the same: nothing happened meanwhile, so the scrape must say it too.</summary>
    private static async Task<IReadOnlyList<Scraped>> AssertLikeMonitorAsync(NodePair nodes, PrometheusProcess prometheus, string node, Uri address)
    {
        using HttpClient client = Client(nodes, node, address);
        while (true)
        {
            string before = await TotalsAsync(client);
            IReadOnlyList<Scraped> scraped = await prometheus.NextScrapeAsync(address);
            JsonElement totals = JsonDocument.Parse(before).RootElement;
            if (before == await TotalsAsync(client) && Of(totals, "openStreams") == 0)
            {
                AssertLike(totals, scraped);
                return scraped;
            }
        }
    }

    private static Task<string> TotalsAsync(HttpClient client) => client.GetStringAsync(new Uri("/api/v1/totals", UriKind.Relative), TestContext.Current.CancellationToken);

    private static void AssertLike(JsonElement totals, IReadOnlyList<Scraped> scraped)
    {
        double Value(string name, string label = "job", string? of = null) =>
            Assert.Single(scraped, one => of is null ? one.Labels["__name__"] == name : one.Is(name, label, of)).Value;
        double Io(string protection, string direction) =>
            Assert.Single(scraped, one => one.Is("feberelay_io_bytes_total", "feberelay_protection", protection) && one.Labels["network_io_direction"] == direction).Value;

        Assert.Equal(Of(totals, "mainModes"), Value("feberelay_main_modes_total"));
        Assert.Equal(Of(totals, "quickModes") - Of(totals, "rekeys"), Value("feberelay_quick_modes_total", "feberelay_quick_mode_kind", "channel"));
        Assert.Equal(Of(totals, "rekeys"), Value("feberelay_quick_modes_total", "feberelay_quick_mode_kind", "rekey"));
        Assert.Equal(Of(totals, "keyUpdates"), Value("feberelay_key_updates_total"));
        Assert.Equal(Of(totals, "activeAssociations"), Value("feberelay_associations_active"));
        Assert.Equal(Of(totals, "activeChannels"), Value("feberelay_channels_active", "feberelay_channel_state", "idle"));
        Assert.Equal(Of(totals, "confidentialBytesSent"), Io("secured", "transmit"));
        Assert.Equal(Of(totals, "confidentialBytesReceived"), Io("secured", "receive"));
        Assert.Equal(Of(totals, "clearBytesSent"), Io("clear", "transmit"));
        Assert.Equal(Of(totals, "recordsSent"), Value("feberelay_records_total", "network_io_direction", "transmit"));
        Assert.Equal(Of(totals, "recordsReceived"), Value("feberelay_records_total", "network_io_direction", "receive"));
        Assert.Equal(Of(totals, "clearConnections"), Value("feberelay_clear_connections_total"));
        Assert.True(Of(totals, "mainModes") == 1 && Of(totals, "confidentialBytesSent") + Of(totals, "confidentialBytesReceived") > 2 * Question);
    }

    private static Dictionary<string, double> Events(IReadOnlyList<Scraped> scraped) =>
        scraped.Where(one => one.Labels["__name__"] == "feberelay_security_events_total").ToDictionary(one => one.Labels["feberelay_event_id"], one => one.Value);

    /// <summary>What was counted is in the log line by line; the log is written a moment after it is counted.</summary>
    private static async Task AssertLikeLogAsync(string file, Dictionary<string, double> counted)
    {
        string expected = Text(counted.Where(one => one.Value > 0).Select(one => (one.Key, one.Value)));
        string written;
        while ((written = Text(Lines(file).CountBy(id => id).Select(one => (one.Key, (double)one.Value)))) != expected)
        {
            Assert.False(written.Length > expected.Length, $"the log has more than was counted: {written} and {expected}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static string Text(IEnumerable<(string Id, double Count)> events) =>
        string.Join(' ', events.OrderBy(one => one.Id, StringComparer.Ordinal).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Id}={one.Count}")));

    /// <summary>The ids of whole lines, but for those of the log itself.</summary>
    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string[] lines = reader.ReadToEnd().Split('\n');
        return lines[..^1].Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("category").GetString() != "audit").Select(line => line.GetProperty("id").GetRawText());
    }

    private static double Of(JsonElement totals, string name) => totals.GetProperty(name).GetDouble();

    /// <summary>What Prometheus' own checker says of an exposition.</summary>
    private static async Task<(int Code, string Said)> CheckAsync(string scraped)
    {
        using Process process = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(new StringBuilder(scraped), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }
}
