using System.Globalization;
using System.Text;
using FeBeRelay.Cli.Conformance;

namespace FeBeRelay.Conformance;

/// <summary>A proxy's column of the table.</summary>
/// <param name="Name">Its head.</param>
/// <param name="What">Version and configuration.</param>
/// <param name="Report">What a run found out.</param>
internal sealed record ScoreColumn(string Name, string What, ConformanceReport Report);

/// <summary>docs/conformance.md, from real runs.</summary>
internal static class ScoreTable
{
    private const int LongestDetail = 150;

    /// <summary>A row's cell: yes, no, or the cases that fail.</summary>
    public static string Cell(int row, IEnumerable<string> notPassed)
    {
        List<string> all = [.. ConformanceCases.All.Where(c => c.Row == row).Select(c => c.Id)];
        List<string> failed = [.. all.Where(notPassed.Contains)];
        return failed.Count == 0 ? "yes" : failed.Count == all.Count ? "**no**" : $"not {string.Join(", ", failed)}";
    }

    public static string Write(IReadOnlyList<ScoreColumn> columns, TimeSpan hold, DateTimeOffset date)
    {
        var page = new StringBuilder();
        page.Append(string.Create(CultureInfo.InvariantCulture, $$"""
            # What passes: the conformance suite

            Front ends of the Exchange kind, and the people behind them, rely on things that proxies often break. The suite has {{ConformanceCases.All.Count}} cases in {{ConformanceCases.Rows.Count}} rows. Its clients are raw sockets and
            its back end is scripted, so that what is sent and what arrives is known byte by byte. It runs against any proxy of HTTP or TCP:

            ```
            feberelay conformance --target http://127.0.0.1:8080 --back-end-listen 127.0.0.1:9080
            ```

            Point the proxy at the back end's address first. `--policy-target` names a second address of the proxy for the cases 9b and 10b, `--proxy-log` its log for 27c; `--hold` says how long
            quiet connections wait, and `--full` runs the large cases in their full size.

            The cases are in `src/FeBeRelay.Cli/Conformance/Cases`. `tests/FeBeRelay.Conformance` holds both kinds of endpoint to them: every case passes but the named exceptions, and an exception that
            passes fails the tests, too. The proxies' configurations are in `tests/FeBeRelay.Conformance/Proxies`. This page is written by the suite itself:

            ```
            tests/FeBeRelay.Conformance/bin/Debug/net10.0/FeBeRelay.Conformance -explicit only -method "*Write_the_score_table"
            ```

            Written on {{date:yyyy-MM-dd}}: Linux, everything on loopback of one machine with {{Environment.ProcessorCount}} cores, full size, quiet for {{hold.TotalSeconds:0}} s.

            ## Score

            `yes`: all cases of the row pass. A case that cannot be tried counts as not passed. Without a proxy only what a connection cannot do is missing.

            """));
        AppendScore(page, columns);
        AppendProxies(page, columns);
        AppendExceptions(page);
        AppendTests(page);
        AppendCases(page);
        AppendMeasured(page, columns);
        AppendFailures(page, columns);
        page.Append("""

            ## Not judged here

            - Row 34's UDP notices: they do not pass a relay of TCP. SUBSCRIBE and POLL do.
            - Rows 15, 16, 18 and 24 wait as long as `--hold` says. An hour without a byte is a test with a clock of its own, named above.
            - Row 11's flat memory: a client cannot see it. The scenario of large files named at row 23 holds both nodes below a limit of memory.
            - Speed: [../bench](../bench) is for figures.

            """);
        return page.ToString();
    }

    /// <summary>The line of a row in the table of tests; a dagger where a stock YARP in the place of the nodes fails the test.</summary>
    public static string TestsLine(int row)
    {
        IReadOnlySet<string> failed = RowTests.FailedByYarp();
        string tests = string.Join(", ", RowTests.Names[row].Select(n => failed.Contains(n) ? $"`{n}` †" : $"`{n}`"));
        string cases = string.Join(" ", ConformanceCases.All.Where(c => c.Row == row).Select(c => c.Id));
        return string.Create(CultureInfo.InvariantCulture, $"\n| {row} | {cases} | {tests} |\n");
    }

    public static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static IEnumerable<string> NotPassed(ScoreColumn column) => column.Report.Cases.Where(c => c.Status != ConformanceStatus.Passed).Select(c => c.Id);

    private static void AppendScore(StringBuilder page, IReadOnlyList<ScoreColumn> columns)
    {
        page.Append("\n| row | what | ").AppendJoin(" | ", columns.Select(c => c.Name)).Append(" |\n");
        page.Append("| --- | --- |").Append(string.Concat(Enumerable.Repeat(" --- |", columns.Count))).Append('\n');
        foreach ((int row, string what) in ConformanceCases.Rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {row} | {what} | ").AppendJoin(" | ", columns.Select(c => Cell(row, NotPassed(c)))).Append(" |\n");
        }
        page.Append("| | **whole rows** | ").AppendJoin(" | ", columns.Select(c => $"**{ConformanceCases.Rows.Keys.Count(r => Cell(r, NotPassed(c)) == "yes")}**")).Append(" |\n");
        page.Append("| | **cases** | ").AppendJoin(" | ", columns.Select(c => $"**{c.Report.Passed}**")).Append(" |\n");
    }

    private static void AppendProxies(StringBuilder page, IReadOnlyList<ScoreColumn> columns)
    {
        page.Append("\n## Proxies\n\n| proxy | what ran |\n| --- | --- |\n");
        foreach (ScoreColumn column in columns)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {column.Name} | {column.What} |\n");
        }
    }

    private static void AppendExceptions(StringBuilder page)
    {
        page.Append("\n## What FeBeRelay does not pass, and why\n\n| endpoint | case | reason |\n| --- | --- | --- |\n");
        foreach ((string kind, IReadOnlyDictionary<string, string> exceptions) in ((string, IReadOnlyDictionary<string, string>)[])[("`stream`", Exceptions.Stream), ("`http`", Exceptions.Http)])
        {
            foreach ((string id, string reason) in exceptions)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {kind} | {id} | {reason} |\n");
            }
        }
    }

    private static void AppendTests(StringBuilder page)
    {
        page.Append("""

            ## Tests of each row

            The cases themselves run against both kinds of endpoint in `ConformanceTests`. These run as well. †: a test with raw sockets on both sides that a stock YARP in the place of the nodes fails;
            `StockTests` holds that it does.

            | row | cases | tests |
            | --- | --- | --- |
            """);
        page.AppendJoin("", ConformanceCases.Rows.Keys.Select((row, i) => i == 0 ? TestsLine(row) : TestsLine(row)[1..]));
    }

    private static void AppendMeasured(StringBuilder page, IReadOnlyList<ScoreColumn> columns)
    {
        page.Append("\n## Measured on the way\n\nOn a machine that did other work as well: orders of magnitude.\n\n| case | proxy | seen |\n| --- | --- | --- |\n");
        foreach (string id in (string[])["13", "23a", "30", "31", "33"])
        {
            foreach (ScoreColumn column in columns)
            {
                ConformanceResult result = column.Report.Cases.Single(c => c.Id == id);
                if (result.Status == ConformanceStatus.Passed)
                {
                    string seen = string.Create(CultureInfo.InvariantCulture, $"{result.Detail}{(result.Detail.Length > 0 ? "; " : "")}{result.Milliseconds / 1_000:0.0} s in all");
                    page.Append(CultureInfo.InvariantCulture, $"| {id} | {column.Name} | {Escape(seen)} |\n");
                }
            }
        }
    }

    private static void AppendCases(StringBuilder page)
    {
        page.Append("\n## Cases\n\n| case | what passes | sent | what must arrive |\n| --- | --- | --- | --- |\n");
        foreach (ConformanceCase one in ConformanceCases.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {one.Id} | {Escape(one.Name)} | {Escape(one.Sent)} | {Escape(one.Demanded)} |\n");
        }
    }

    private static void AppendFailures(StringBuilder page, IReadOnlyList<ScoreColumn> columns)
    {
        page.Append("\n## What was seen where it did not pass\n\n| proxy | case | seen |\n| --- | --- | --- |\n");
        foreach (ScoreColumn column in columns)
        {
            foreach (ConformanceResult result in column.Report.Cases.Where(c => c.Status == ConformanceStatus.Failed))
            {
                page.Append(CultureInfo.InvariantCulture, $"| {column.Name} | {result.Id} | {Escape(result.Detail.Length > LongestDetail ? result.Detail[..LongestDetail] + "..." : result.Detail)} |\n");
            }
        }
    }
}
