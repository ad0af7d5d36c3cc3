using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;
using Xunit;

namespace FeBeRelay.Conformance;

/// <summary>docs/conformance.md has every row and case, and says of this project's endpoints what the suite holds them to.</summary>
public sealed partial class ScoreTableTests
{
    /// <summary>Longer than the 100 seconds of HttpClient, and the 60 of many others.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(130);

    // What this project has a forwarder of its own for: a stock YARP must fail a test of each of these rows.
    private static readonly int[] ForwarderRows = [1, 4, 5, 6, 11, 13, 17, 19, 20, 21, 22, 24, 25];

    [Fact]
    public void Every_row_has_cases_and_every_case_a_row() =>
        Assert.Equal(ConformanceCases.Rows.Keys, ConformanceCases.All.Select(c => c.Row).Distinct());

    [Fact]
    public void The_page_lists_every_case()
    {
        string page = File.ReadAllText(Repository.ConformancePage);
        Assert.All(ConformanceCases.All, c => Assert.Contains($"\n| {c.Id} | {ScoreTable.Escape(c.Name)} | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_says_of_this_projects_endpoints_what_is_tested()
    {
        string[][] rows =
        [
            .. File.ReadAllLines(Repository.ConformancePage).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Where(c => c.Length > 6 && int.TryParse(c[1], out _)),
        ];
        Assert.Equal(
            ConformanceCases.Rows.Keys.Select(r => (Row(r), ScoreTable.Cell(r, Exceptions.Stream.Keys), ScoreTable.Cell(r, Exceptions.Http.Keys))),
            rows.Select(cells => (cells[1], cells[4], cells[5])));
    }

    [Fact]
    public void Every_row_has_its_tests_and_the_page_names_them()
    {
        Assert.Equal(ConformanceCases.Rows.Keys, RowTests.Names.Keys);
        Assert.All(RowTests.Names.Values.SelectMany(n => n), name => Assert.True(RowTests.Exists(name), $"there is no test {name}"));
        string page = File.ReadAllText(Repository.ConformancePage);
        Assert.All(ConformanceCases.Rows.Keys, row => Assert.Contains(ScoreTable.TestsLine(row), page, StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_that_the_forwarder_is_for_have_tests_that_a_stock_YARP_fails()
    {
        IReadOnlySet<string> failed = RowTests.FailedByYarp();
        Assert.All(ForwarderRows, row => Assert.True(RowTests.Names[row].Any(failed.Contains), Row(row)));
    }

    [Fact(Explicit = true)]
    public async Task Write_the_score_table()
    {
        string nginx = await VersionAsync("nginx", "-v"), haProxy = await VersionAsync("haproxy", "-v");
        string yarp = $"{typeof(Yarp.ReverseProxy.Forwarder.IHttpForwarder).Assembly.GetName().Version!.ToString(3)} on .NET {Environment.Version}";
        (string Name, string What, Func<IPEndPoint, Task<Proxy>> Start)[] proxies =
        [
            ("none (direct)", "clients connect to the back end", b => Task.FromResult<Proxy>(new NoProxy(b))),
            ("FeBeRelay `stream`", "two nodes; defaults, but new keys for each MiB", async b => await FeBeRelayProxy.StartAsync(b, http: false)),
            ("FeBeRelay `http`", "two nodes; one route; defaults, but new keys for each MiB; for 9b and 10b a second relay that trusts no client and adds fields",
                async b => await FeBeRelayProxy.StartAsync(b, http: true)),
            ("nginx http", $"{nginx}; buffering off, HTTP/1.1 and `keepalive` to the back end, client's Host, upgrades, time-outs of an hour, buffers of 128 KiB, no limit of bodies, error log at `info`",
                async b => await NginxProxy.StartHttpAsync(b)),
            ("nginx stream", $"{nginx}; time-out of an hour, `proxy_half_close`", async b => await NginxProxy.StartStreamAsync(b)),
            ("HAProxy http", $"{haProxy}; `http-no-delay`, `http-reuse never`, `abortonclose`, time-outs of an hour, buffers of 128 KiB, `httplog`", async b => await HaProxyProxy.StartHttpAsync(b)),
            ("HAProxy tcp", $"{haProxy}; time-outs of an hour", async b => await HaProxyProxy.StartTcpAsync(b)),
            ("stock YARP", $"{yarp}; its own forwarder; client's Host, nothing added, Kestrel's limits of bodies and rates away, time-outs of an hour, heads of 128 KiB, log at `Information`", async b => await PlainYarpProxy.StartAsync(b)),
        ];
        IReadOnlyList<ConformanceReport> reports = await Score.RunFullAsync(proxies.Select(p => p.Start), Hold);
        await File.WriteAllTextAsync(
            Repository.ConformancePage, ScoreTable.Write([.. proxies.Zip(reports, (p, r) => new ScoreColumn(p.Name, p.What, r))], Hold, TimeProvider.System.GetUtcNow()),
            TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"(nginx|HAProxy)\S*( version)? *(?<version>[0-9][0-9.]*[0-9])|nginx/(?<version>\S+)")]
    private static partial Regex Version();

    private static string Row(int row) => row.ToString(CultureInfo.InvariantCulture);

    private static async Task<string> VersionAsync(string program, string argument)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        return Version().Match(said).Groups["version"].Value;
    }
}
