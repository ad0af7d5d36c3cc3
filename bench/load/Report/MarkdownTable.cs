using System.Globalization;
using System.Text;
using FeBeRelay.Load.Candidates;
using FeBeRelay.Load.Loads;

namespace FeBeRelay.Load.Report;

/// <summary>One load as a table of Markdown: medians, and ratios taken within each round.</summary>
internal static class MarkdownTable
{
    public static string Of(WorkloadResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {result.Name}: {result.Title}").AppendLine();
        text.AppendLine(result.IsIdle
            ? $"{result.Machine}."
            : $"{result.Machine}; {result.Rounds} rounds of {result.Seconds} s.").AppendLine();
        string[] columns = result.IsIdle
            ? ["relay", "RSS empty", "RSS with them", "MiB more", "KiB for each", "failed"]
            : ["relay", "requests/s", "MiB/s", "p50 us", "p99 us", "p99.9 us", "CPU us/request", "CPU us/MiB", "RSS MiB", "errors", "requests/s to peer", "p99 to peer", "CPU to peer", "requests/s to ceiling", "CPU to ceiling"];
        text.AppendLine($"| {string.Join(" | ", columns)} |").AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", columns.Length - 1))}");
        foreach (RelayResult relay in result.Relays)
        {
            text.AppendLine($"| {string.Join(" | ", result.IsIdle ? IdleCells(relay) : Cells(result, relay))} |");
        }
        return text.ToString();
    }

    private static string[] Cells(WorkloadResult result, RelayResult relay)
    {
        bool costs = relay.Family != Family.Origin;
        RelayResult? ceiling = result.Best([Family.Ceiling], s => s.RequestsPerSecond, more: true);
        RelayResult? fastest = result.Rival(relay, s => s.RequestsPerSecond, more: true);
        RelayResult? smoothest = result.Rival(relay, s => s.P99, more: false);
        RelayResult? cheapest = result.Rival(relay, s => s.CpuPerRequest, more: false);
        return
        [
            relay.Name,
            Number(relay.Median(s => s.RequestsPerSecond)), Number(relay.Median(s => s.MebibytesPerSecond)),
            Number(relay.Median(s => s.P50)), Number(relay.Median(s => s.P99)), Number(relay.Median(s => s.P999)),
            costs ? Number(relay.Median(s => s.CpuPerRequest)) : "", costs ? Number(relay.Median(s => s.CpuPerMebibyte)) : "",
            costs ? Number(relay.Median(s => s.ResidentBytes / 1_048_576.0)) : "", Number(relay.Samples.Sum(s => s.Errors)),
            Ratio(relay.PairedRatio(fastest, s => s.RequestsPerSecond)), Ratio(relay.PairedRatio(smoothest, s => s.P99)),
            costs ? Ratio(relay.PairedRatio(cheapest, s => s.CpuPerRequest)) : "",
            Ratio(relay.PairedRatio(ceiling, s => s.RequestsPerSecond)), costs ? Ratio(relay.PairedRatio(ceiling, s => s.CpuPerRequest)) : "",
        ];
    }

    private static string[] IdleCells(RelayResult relay)
    {
        double empty = relay.Median(s => s.EmptyBytes) / 1_048_576.0;
        double full = relay.Median(s => s.ResidentBytes) / 1_048_576.0;
        return
        [
            relay.Name, Number(empty), Number(full), Number(full - empty),
            Number((full - empty) * 1_024 / Math.Max(1, relay.Median(s => s.Requests))), Number(relay.Samples.Sum(s => s.Errors)),
        ];
    }

    private static string Number(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Ratio(double? value) => value is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "";
}
