using System.Globalization;

namespace FeBeRelay.Cli.Conformance;

/// <summary>Results for a person.</summary>
internal static class ConformanceText
{
    public static string Line(ConformanceResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{Word(result.Status),-10} {result.Id,-4} {result.Name}{(result.Detail.Length > 0 ? ": " : "")}{result.Detail}");

    public static string Summary(ConformanceReport report) => string.Create(
        CultureInfo.InvariantCulture, $"{report.Passed} cases passed, {report.Failed} failed, {report.NotTested} not tested");

    private static string Word(ConformanceStatus status) => status switch
    {
        ConformanceStatus.Passed => "ok",
        ConformanceStatus.Failed => "FAILED",
        _ => "not tested",
    };
}
