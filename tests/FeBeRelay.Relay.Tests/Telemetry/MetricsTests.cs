using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Tests.Management;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Telemetry;

/// <summary>What Prometheus scrapes: the names on paper, and the figures of the monitor and of the security log.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task Every_metric_is_on_paper_with_its_type_and_labels_and_no_other_is()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        string scraped = await ScrapeAsync(nodes);
        string page = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "docs", "metrics.md"), TestContext.Current.CancellationToken);

        IEnumerable<string> written = Types().Matches(scraped).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value} {Labels(scraped, match.Groups[1].Value)}".TrimEnd())
            .Where(line => !line.StartsWith("target_info", StringComparison.Ordinal));

        Assert.Equal(
            Rows().Matches(page).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value} {match.Groups[3].Value.Replace("`", "", StringComparison.Ordinal)}".TrimEnd()).Order(StringComparer.Ordinal),
            written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_dashboard_asks_for_metrics_and_labels_that_are_on_paper_and_for_all_metrics()
    {
        string docs = Path.Combine(RepositoryRoot(), "docs");
        string page = await File.ReadAllTextAsync(Path.Combine(docs, "metrics.md"), TestContext.Current.CancellationToken);
        Dictionary<string, string[]> written = Rows().Matches(page).ToDictionary(row => row.Groups[1].Value, row => LabelsOf(row.Groups[3].Value));
        using JsonDocument dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(docs, "grafana", "feberelay.json"), TestContext.Current.CancellationToken));
        HashSet<string> shown = [];
        foreach (JsonElement target in dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
        {
            string expression = target.GetProperty("expr").GetString()!;
            string metric = Assert.Single(Names().Matches(Selections().Replace(expression, " ")).Select(name => name.Value));
            Assert.Contains(metric, written.Keys);
            shown.Add(metric);
            string labels = string.Concat(Selections().Matches(expression).Select(part => part.Value)) + target.GetProperty("legendFormat").GetString();
            Assert.All(Names().Matches(labels).Select(name => name.Value), label => Assert.Contains(label, written[metric]));
        }
        Assert.Equal(written.Keys.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Figures_are_those_of_the_monitor_and_of_the_security_log()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        await nodes.VisitAsync();
        TotalsView totals = nodes.Nodes.Relay.Monitor.ReadTotals();
        string scraped = await ScrapeAsync(nodes);

        Assert.Equal(1, Value(scraped, "feberelay_main_modes_total", ""));
        Assert.Equal(totals.ConfidentialBytesSent, (ulong)Value(scraped, "feberelay_io_bytes_total", "network_io_direction=\"transmit\""));
        Assert.Equal(1, Value(scraped, "feberelay_channels_active", "feberelay_channel_state=\"idle\""));
        foreach (IGrouping<int, AuditEvent> events in nodes.Audit.Events.GroupBy(one => one.Id))
        {
            Assert.Equal(events.Count(), Value(scraped, "feberelay_security_events_total", $"feberelay_event_id=\"{events.Key}\""));
        }
        Assert.Equal(2, Value(scraped, "feberelay_security_events_total", "feberelay_event_id=\"562\""));
    }

    [Fact]
    public async Task Health_is_told_without_a_token_and_reasons_with_one()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using HttpClient stranger = nodes.Client(ManagementRole.None);
        using HttpClient viewer = nodes.Client(ManagementRole.Viewer);
        Assert.Equal("ok\n", await stranger.GetStringAsync(new Uri("healthz", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal((HttpStatusCode.OK, "ready"), await ReadyAsync(stranger));

        nodes.Audit.IsWritten = false;
        Assert.Equal((HttpStatusCode.OK, "degraded"), await ReadyAsync(stranger));
        nodes.Audit.MayAdmit = false;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "notReady"), await ReadyAsync(stranger));
        string told = await viewer.GetStringAsync(new Uri("api/v1/health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("the security log cannot be written", told, StringComparison.Ordinal);
        Assert.Equal(0, Value(await ScrapeAsync(nodes), "feberelay_health", "feberelay_check=\"audit\""));
    }

    [Theory]
    [InlineData(true, 400, false, HealthStatus.Ready)]
    [InlineData(false, 400, false, HealthStatus.NotReady)]
    [InlineData(true, 352, false, HealthStatus.Degraded)]
    [InlineData(true, 0, false, HealthStatus.NotReady)]
    [InlineData(true, 400, true, HealthStatus.Degraded)]
    internal void Ports_certificate_and_other_ways_decide(bool isOpen, int daysLeft, bool otherWay, HealthStatus expected)
    {
        using var authority = Testing.Certificates.TestAuthority.Create(now: DateTimeOffset.UtcNow);
        using var certificate = authority.Issue("fe.lab.test");
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        var node = Channel.Identity.NodeCertificate.FromCertificate(certificate, [], [], clock);
        var identity = new Channel.NodeIdentity(
            node, Channel.Identity.TrustedRoots.FromCertificates(authority.Certificate), [Protocol.Cryptography.Suite.Aes256Gcm], [Protocol.Cryptography.Group.P256], Protocol.Handshake.Lifetimes.Default, clock);
        AuditLog audit = AuditLog.None();
        if (otherWay)
        {
            audit.OtherWayToBackEnd("owa", "test");
        }
        TimeSpan before = daysLeft switch { 400 => TimeSpan.FromDays(15), 352 => TimeSpan.FromDays(13), _ => TimeSpan.Zero };
        DateTimeOffset then = node.NotAfter - before;
        if (then > clock.GetUtcNow())
        {
            clock.SetUtcNow(then);
        }
        Assert.Equal(expected, new NodeHealth(() => isOpen, identity, audit, clock).Read(withDetails: true).Status);
    }

    private static async Task<(HttpStatusCode, string)> ReadyAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("written", body, StringComparison.Ordinal);
        return (response.StatusCode, JsonDocument.Parse(body).RootElement.GetProperty("status").GetString()!);
    }

    private static async Task<string> ScrapeAsync(ManagedNodes nodes)
    {
        using HttpClient client = nodes.Client(ManagementRole.Viewer);
        return await client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static double Value(string scraped, string name, string label) => scraped.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
        .Select(line => double.Parse(Regex.Match(line, @"\} ([0-9.e+-]+)").Groups[1].Value, CultureInfo.InvariantCulture)).Max();

    private static string Labels(string scraped, string name) => string.Join(", ", scraped.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
        .SelectMany(line => LabelNames().Matches(line).Select(match => match.Groups[1].Value))
        .Where(label => !label.StartsWith("otel_", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));

    private static string[] LabelsOf(string cell) => cell.Replace("`", "", StringComparison.Ordinal).Split(", ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside of the repository");
        }
        return folder;
    }

    [GeneratedRegex("^# TYPE ([a-z_]+) ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"^\| `([a-z_]+)` \| ([a-z]+) \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("(feberelay|network)_[a-z_]+")]
    private static partial Regex Names();

    /// <summary>Where an expression names labels.</summary>
    [GeneratedRegex(@"\{[^}]*\}|\bby \([^)]*\)")]
    private static partial Regex Selections();

    [GeneratedRegex("[{,]([a-z_]+)=")]
    private static partial Regex LabelNames();
}
