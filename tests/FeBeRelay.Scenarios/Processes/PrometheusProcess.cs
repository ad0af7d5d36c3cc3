using System.Globalization;
using System.Net;
using System.Text.Json;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Prometheus that scrapes nodes twice a second and keeps what it reads in a folder of its own.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("prometheus");
    private readonly HttpClient _client = new();
    private ServerProcess? _process;

    private PrometheusProcess()
    {
    }

    private IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    /// <param name="nodes">Addresses of management endpoints, and the files with tokens for them.</param>
    public static async Task<PrometheusProcess> StartAsync(params IEnumerable<(Uri Address, string TokenFile)> nodes)
    {
        var prometheus = new PrometheusProcess();
        string configuration = prometheus._folder.Write("prometheus.yml", $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 500ms }
            scrape_configs:
            {{string.Join('\n', nodes.Select((node, i) => $$"""
              - job_name: node{{i}}
                authorization: { credentials_file: "{{node.TokenFile}}" }
                static_configs: [ { targets: [ "{{node.Address.Authority}}" ] } ]
            """))}}
            """);
        await Tool.RunAsync("promtool", "check", "config", configuration);
        prometheus._process = new ServerProcess(
            prometheus._folder, new Dictionary<string, string>(), "prometheus", $"--config.file={configuration}", $"--storage.tsdb.path={prometheus._folder["data"]}",
            $"--web.listen-address={prometheus.EndPoint}");
        await prometheus._process.ListensAsync(prometheus.EndPoint);
        return prometheus;
    }

    /// <summary>Waits until it has scraped a node again, beginning after this call, and gives every figure of that scrape by name and labels.</summary>
    public async Task<IReadOnlyList<Scraped>> NextScrapeAsync(Uri node)
    {
        double now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1_000.0;
        while (true)
        {
            // The time of a sample is that of its scrape's beginning; one query reads all of them as of one moment.
            IReadOnlyList<Scraped> up = await QueryAsync($"timestamp(up{{instance=\"{node.Authority}\"}} == 1)");
            if (up.Count == 1 && up[0].Value > now)
            {
                return await QueryAsync($"{{__name__=~\"feberelay_.+\",instance=\"{node.Authority}\"}}");
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks it for an expression; one that it does not understand is an error.</summary>
    public async Task<IReadOnlyList<Scraped>> QueryAsync(string expression)
    {
        using var answer = await JsonDocument.ParseAsync(
            await ReadAsync(new Uri($"http://{EndPoint}/api/v1/query?query={Uri.EscapeDataString(expression)}")), cancellationToken: TestContext.Current.CancellationToken);
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(one => new Scraped(
            one.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
            double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.TerminateAsync();
            _process.Dispose();
        }
        _client.Dispose();
        _folder.Dispose();
    }

    /// <summary>It listens before it answers queries.</summary>
    private async Task<Stream> ReadAsync(Uri address)
    {
        while (true)
        {
            HttpResponseMessage response = await _client.GetAsync(address, TestContext.Current.CancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                response.EnsureSuccessStatusCode();
                return await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            }
            response.Dispose();
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
