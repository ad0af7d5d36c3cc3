using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.RealServers;

/// <summary>
/// litmus tries WebDAV on Apache, straight and through the endpoints: the results are the same, test by test. cadaver and curl, one through each
/// endpoint, agree on what is there.
/// </summary>
[Collection("two nodes")]
public sealed partial class WebDavScenario : IAsyncLifetime
{
    private ApacheProcess _apache = null!;
    private NodePair _stream = null!;
    private NodePair _http = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("apache2", "litmus", "cadaver", "curl");
        Tool.Need(Environment.IsPrivilegedProcess, "Apache gives up root's rights");
        _apache = await ApacheProcess.StartDavAsync();
        _stream = await new NodePair { BackEnd = NodePair.Text(_apache.EndPoint) }.StartAsync();
        _http = await new NodePair { BackEnd = NodePair.Text(_apache.EndPoint), IsHttp = true }.StartAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task Litmus_finds_no_difference_to_the_server_itself()
    {
        string[] direct = await LitmusAsync($"http://{_apache.EndPoint}");
        string[] stream = await LitmusAsync(_stream.Url);
        string[] http = await LitmusAsync(_http.Url);

        Assert.InRange(direct.Length, 60, 200);
        Assert.Equal(direct, stream);
        Assert.Equal(direct, http);
    }

    [Fact(Timeout = 180_000)]
    public async Task What_cadaver_does_through_one_endpoint_curl_sees_through_the_other()
    {
        using var folder = new ServerFolder("cadaver");
        string content = Convert.ToHexString(RandomNumberGenerator.GetBytes(500_000));
        folder.Write("sent.txt", content);
        foreach ((NodePair does, NodePair sees, string box) in ((NodePair, NodePair, string)[])[(_http, _stream, "box~1"), (_stream, _http, "box-2")])
        {
            string done = await Tool.RunAsync(
                "sh", "-c",
                $"cd {folder.Path} && printf '%s\\n' \"mkcol {box}\" \"cd {box}\" 'put sent.txt' 'copy sent.txt copied.txt' 'move sent.txt moved.txt' 'lock moved.txt' 'propset moved.txt colour blue' "
                    + $"'propget moved.txt colour' 'unlock moved.txt' 'get moved.txt got.txt' 'delete copied.txt' ls quit | HOME={folder.Path} cadaver {does.Url}/dav/");
            Assert.DoesNotContain("failed", done, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("blue", done, StringComparison.Ordinal);
            Assert.Equal(content, await File.ReadAllTextAsync(folder["got.txt"], TestContext.Current.CancellationToken));
            File.Delete(folder["got.txt"]);

            string url = $"{sees.Url}/dav/{Uri.EscapeDataString(box)}/";
            Assert.Equal(content, await Tool.RunAsync("curl", "--silent", "--show-error", "--fail", url + "moved.txt"));
            string listed = await Tool.RunAsync("curl", "--silent", "--show-error", "--fail", "-X", "PROPFIND", "-H", "Depth: 1", url);
            Assert.Contains("moved.txt</D:href>", listed, StringComparison.Ordinal);
            Assert.DoesNotContain("copied.txt", listed, StringComparison.Ordinal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_http, _stream, _apache])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
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
