using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace FeBeRelay.Benchmarks;

/// <summary>
/// The fastest iteration over the baseline's fastest. On a machine with other work on it the mean measures the neighbours; the fastest of many
/// short iterations is the least disturbed one.
/// </summary>
internal sealed class MinRatioColumn : IColumn
{
    public string Id => nameof(MinRatioColumn);

    public string ColumnName => "Min ratio";

    public string Legend => "Fastest iteration / the baseline's fastest iteration";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Baseline;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        string? group = summary.GetLogicalGroupKey(benchmarkCase);
        BenchmarkCase? baseline = summary.BenchmarksCases.FirstOrDefault(c => summary.IsBaseline(c) && summary.GetLogicalGroupKey(c) == group);
        double? own = summary[benchmarkCase]?.ResultStatistics?.Min;
        double? of = baseline is null ? null : summary[baseline]?.ResultStatistics?.Min;
        return own is null || of is null ? "?" : (own.Value / of.Value).ToString("0.00", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
