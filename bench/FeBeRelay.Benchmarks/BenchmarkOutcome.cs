using BenchmarkDotNet.Reports;

namespace FeBeRelay.Benchmarks;

/// <summary>Whether a run did what it was asked: BenchmarkDotNet itself goes on when a benchmark throws, and says so in its tables only.</summary>
internal static class BenchmarkOutcome
{
    /// <summary>One line for each benchmark that did not run, or for a run that had none.</summary>
    public static string[] Failures(IReadOnlyList<Summary> summaries)
    {
        if (summaries.Sum(s => s.BenchmarksCases.Length) == 0)
        {
            return ["no benchmark ran: the filter matches none"];
        }
        return
        [
            .. summaries.SelectMany(s => s.ValidationErrors).Where(e => e.IsCritical).Select(e => $"refused: {e.Message}"),
            .. summaries.SelectMany(s => s.BenchmarksCases.Where(c => s[c] is not { Success: true })).Select(c => $"failed: {c.DisplayInfo}"),
        ];
    }
}
