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

            Point the proxy at the back end's address first. `--policy-target` names a second address of the proxy for the cases 9b and 10b; `--hold` says how long quiet connections wait.

            This page is written by the suite itself: `-explicit only -method "*Write_the_score_table"` of `tests/FeBeRelay.Conformance`. The columns of FeBeRelay are held by the suite's
            other tests. Written on {{date:yyyy-MM-dd}}, on Linux, everything on loopback, quiet for {{hold.TotalSeconds:0}} s.

            ## Score

            """));
        AppendScore(page, columns);
        AppendProxies(page, columns);
        AppendExceptions(page);
        AppendCases(page);
        AppendFailures(page, columns);
        page.Append("""

            ## Not judged here

            - Row 27's event: that a proxy tells its operator of ambiguous requests is not seen from outside. `http` endpoints log each refusal; `stream` endpoints read nothing.
            - Row 34's UDP notices: they do not pass a relay of TCP. POLL does.
            - Speed: the suite measures ping-pong (13) and the way back of a back end (33) coarsely. [../bench](../bench) is for figures.

            """);
        return page.ToString();
    }

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

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
