using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A site has a web server, nginx, behind two nodes. People fetch small and large files with curl and store large ones; a crowd fetches as
/// fast as it can. What arrives is what was sent, nothing fails, and neither node grows with what passes through.
/// </summary>
[Collection("two nodes")]
public sealed partial class WebServerScenario : IAsyncLifetime
{
    private const int Large = 256 * 1024 * 1024;

    private NginxProcess _nginx = null!;
    private NodePair _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("nginx", "curl", "wrk");
        _nginx = await NginxProcess.StartAsync();
        _nodes = await new NodePair { BackEnd = NodePair.Text(_nginx.EndPoint) }.StartAsync();
    }

    [Theory(Timeout = 120_000)]
    [InlineData(1024)]
    [InlineData(64 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task A_download_is_what_the_server_has(int length)
    {
        byte[] published = await _nginx.PublishAsync("file", length);

        await CurlAsync("-o", _nodes["downloaded"], $"{_nodes.Url}/file");

        Assert.Equal(published, await HashAsync(_nodes["downloaded"]));
    }

    [Fact(Timeout = 180_000)]
    public async Task Large_files_pass_both_ways_and_memory_stays_small()
    {
        byte[] published = await _nginx.PublishAsync("large", Large);

        await CurlAsync("-o", _nodes["downloaded"], $"{_nodes.Url}/large");
        await CurlAsync("-T", _nodes["downloaded"], $"{_nodes.Url}/uploaded");

        Assert.Equal(published, await HashAsync(_nodes["downloaded"]));
        Assert.Equal(published, await HashAsync(_nginx["www/uploaded"]));
        _nodes.AssertMemoryIsBelow(200);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(1024)]
    [InlineData(64 * 1024)]
    public async Task A_crowd_meets_no_error(int length)
    {
        await _nginx.PublishAsync("file", length);

        string report = await Tool.RunAsync("wrk", "-t1", "-c32", "-d2s", $"{_nodes.Url}/file");

        Assert.True(CleanRun().IsMatch(report), report);
        _nodes.AssertMemoryIsBelow(200);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }
    }

    /// <summary>wrk names errors only where there were some.</summary>
    [GeneratedRegex("^(?!.*(Socket errors|Non-2xx)).*[1-9][0-9]* requests in", RegexOptions.Singleline)]
    private static partial Regex CleanRun();

    private static Task<string> CurlAsync(params IEnumerable<string> arguments) =>
        Tool.RunAsync("curl", ["--silent", "--show-error", "--fail", "--noproxy", "*", .. arguments]);

    private static async Task<byte[]> HashAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        return await SHA256.HashDataAsync(file, TestContext.Current.CancellationToken);
    }
}
