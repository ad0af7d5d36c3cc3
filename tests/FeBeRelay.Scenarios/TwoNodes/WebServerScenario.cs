using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A site has a web server, nginx, behind two nodes. People fetch small and large files with curl and store large ones; a crowd fetches as
/// fast as it can. What arrives is what was sent, nothing fails, and neither node grows with what passes through.
/// </summary>
/// <param name="isHttp">The kind of the endpoint.</param>
/// <param name="large">Bytes of the large files.</param>
public abstract partial class WebServerScenario(bool isHttp, long large) : IAsyncLifetime
{
    private NginxProcess _nginx = null!;
    private NodePair _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("nginx", "curl", "wrk");
        _nginx = await NginxProcess.StartAsync();
        _nodes = await new NodePair { BackEnd = NodePair.Text(_nginx.EndPoint), IsHttp = isHttp }.StartAsync();
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

    [Fact(Timeout = 300_000)]
    public async Task Large_files_pass_both_ways_and_memory_stays_small()
    {
        byte[] published = await _nginx.PublishAsync("large", large);

        await CurlAsync("-o", _nodes["downloaded"], $"{_nodes.Url}/large");
        Assert.Equal(published, await HashAsync(_nodes["downloaded"]));
        File.Delete(_nodes["downloaded"]);
        await CurlAsync("-T", _nginx["www/large"], $"{_nodes.Url}/uploaded");
        Assert.Equal(published, await HashAsync(_nginx["www/uploaded"]));
        _nodes.AssertMemoryIsBelow(200);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(1024, 32)]
    [InlineData(64 * 1024, 32)]
    [InlineData(10 * 1024 * 1024, 8)]
    public async Task A_crowd_meets_no_error(int length, int connections)
    {
        await _nginx.PublishAsync("file", length);

        // What takes long on a busy machine is no error.
        string report = await Tool.RunAsync("wrk", "-t1", $"-c{connections}", "-d3s", "--timeout", "60s", $"{_nodes.Url}/file");

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
        GC.SuppressFinalize(this);
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
