using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.RealServers;

/// <summary>litmus tries WebDAV on Apache, straight and through the endpoints: the results are the same, test by test.</summary>
[Collection("two nodes")]
public sealed partial class WebDavScenario : IAsyncLifetime
{
    private ApacheProcess _apache = null!;
    private NodePair _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("apache2", "litmus");
        Tool.Need(Environment.IsPrivilegedProcess, "Apache gives up root's rights");
        _apache = await ApacheProcess.StartDavAsync();
        _nodes = await new NodePair { BackEnd = NodePair.Text(_apache.EndPoint), HasHttp = true }.StartAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task Litmus_finds_no_difference_to_the_server_itself()
    {
        string[] direct = await LitmusAsync($"http://{_apache.EndPoint}");
        string[] stream = await LitmusAsync(_nodes.Url);
        string[] http = await LitmusAsync($"http://127.0.0.1:{_nodes.HttpUrl.Port}");

        Assert.InRange(direct.Length, 60, 200);
        Assert.Equal(direct, stream);
        Assert.Equal(direct, http);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
        if (_apache is not null)
        {
            await _apache.DisposeAsync();
        }
    }

    /// <summary>The lines of the tests: number, name, result.</summary>
    private static async Task<string[]> LitmusAsync(string url)
    {
        string folder = Directory.CreateTempSubdirectory("feberelay-litmus-").FullName;
        // It ends with a failure where the server has one, straight or not; the lines say which.
        string report = await Tool.RunAsync("sh", "-c", $"cd {folder} && litmus -k {url}/dav/ 2>&1 || true");
        Directory.Delete(folder, recursive: true);
        // Each line is written twice, over itself: without a result, and with it.
        return [.. report.Split('\r', '\n').Select(l => l.Trim()).Where(l => Result().IsMatch(l))];
    }

    [GeneratedRegex(@"^[0-9]+\. [a-z0-9_]+\.* (pass|FAIL|SKIPPED|WARNING)")]
    private static partial Regex Result();
}
