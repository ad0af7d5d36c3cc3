namespace FeBeRelay.Cli.Conformance;

/// <summary>A run as a whole: what <c>feberelay conformance --json</c> prints.</summary>
/// <param name="Target">The proxy.</param>
/// <param name="HoldSeconds">How long what waits had to wait.</param>
/// <param name="Passed">Cases that passed.</param>
/// <param name="Failed">Cases that failed.</param>
/// <param name="NotTested">Cases that were not run.</param>
/// <param name="Cases">All of them, by row.</param>
internal sealed record ConformanceReport(string Target, double HoldSeconds, int Passed, int Failed, int NotTested, IReadOnlyList<ConformanceResult> Cases)
{
    public static ConformanceReport Of(ConformanceSettings settings, IEnumerable<ConformanceResult> results)
    {
        List<ConformanceResult> cases = [.. results.OrderBy(r => r.Row).ThenBy(r => r.Id, StringComparer.Ordinal)];
        return new ConformanceReport(
            settings.Target.ToString(), settings.Hold.TotalSeconds, Count(ConformanceStatus.Passed), Count(ConformanceStatus.Failed), Count(ConformanceStatus.NotTested), cases);

        int Count(ConformanceStatus status) => cases.Count(c => c.Status == status);
    }
}
