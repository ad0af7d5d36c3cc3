using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;
using Xunit;

namespace FeBeRelay.Conformance;

/// <summary>The cases cover the rows; the score table is written by hand, as it takes all proxies and minutes.</summary>
public sealed partial class ScoreTableTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(130);

    [Fact]
    public void Every_row_has_cases_and_every_case_a_row() =>
        Assert.Equal(ConformanceCases.Rows.Keys, ConformanceCases.All.Select(c => c.Row).Distinct());

    [Fact(Explicit = true)]
    public async Task Write_the_score_table()
    {
        (string Name, string What, Func<IPEndPoint, Task<Proxy>> Start)[] proxies =
        [
            ("FeBeRelay `stream`", "two nodes; all defaults", async b => await FeBeRelayProxy.StartAsync(b, http: false)),
            ("FeBeRelay `http`", "two nodes; one route, all defaults; a second node that trusts no client and adds fields", async b => await FeBeRelayProxy.StartAsync(b, http: true)),
            ("HAProxy tcp", $"{await VersionAsync("haproxy", "-v")}; time-outs of an hour", async b => await HaProxyProxy.StartTcpAsync(b)),
            ("nginx stream", $"{await VersionAsync("nginx", "-v")}; time-out of an hour", async b => await NginxProxy.StartStreamAsync(b)),
            ("HAProxy http", $"{await VersionAsync("haproxy", "-v")}; `http-no-delay`, `http-reuse never`, time-outs of an hour, buffers of 128 KiB", async b => await HaProxyProxy.StartHttpAsync(b)),
            ("nginx http", $"{await VersionAsync("nginx", "-v")}; buffering off, HTTP/1.1 and `keepalive` to the back end, client's Host, upgrades, time-outs of an hour, buffers of 128 KiB, no limit of bodies",
                async b => await NginxProxy.StartHttpAsync(b)),
            ("plain YARP", $"{typeof(Yarp.ReverseProxy.Forwarder.IHttpForwarder).Assembly.GetName().Version!.ToString(3)} on .NET {Environment.Version}; one route, one destination, everything as it comes",
                async b => await PlainYarpProxy.StartAsync(b)),
        ];
        // Beside each other: most of a run is waiting.
        ConformanceReport[] reports = await Task.WhenAll(proxies.Select(p => Score.RunAsync(p.Start, Hold)));
        await File.WriteAllTextAsync(
            PagePath(), ScoreTable.Write([.. proxies.Zip(reports, (p, r) => new ScoreColumn(p.Name, p.What, r))], Hold, TimeProvider.System.GetUtcNow()), TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"(nginx|HAProxy)\S*( version)? *(?<version>[0-9][0-9.]*[0-9])|nginx/(?<version>\S+)")]
    private static partial Regex Version();

    private static async Task<string> VersionAsync(string program, string argument)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        return Version().Match(said).Groups["version"].Value;
    }

    private static string PagePath()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return Path.Combine(folder ?? throw new InvalidOperationException("not below the repository"), "docs", "conformance.md");
    }
}
