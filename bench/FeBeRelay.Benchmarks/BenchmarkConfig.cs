using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace FeBeRelay.Benchmarks;

/// <summary>What all benchmarks share.</summary>
internal static class BenchmarkConfig
{
    /// <summary>For figures. The job comes from the command line (<c>--job short</c>), BenchmarkDotNet's default otherwise.</summary>
    public static IConfig Measure() => Common().AddExporter(MarkdownExporter.GitHub);

    /// <summary>Every benchmark once, in this process: says that they run, not how fast.</summary>
    public static IConfig Smoke() => Common().AddJob(Job.Dry.WithToolchain(InProcessEmitToolchain.Instance));

    private static ManualConfig Common() => ManualConfig.CreateEmpty()
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Min, new MinRatioColumn())
        .AddLogger(ConsoleLogger.Default)
        .HideColumns(Column.RatioSD, Column.Error, Column.Gen0, Column.Gen1, Column.Gen2)
        .WithOptions(ConfigOptions.DisableLogFile);
}
