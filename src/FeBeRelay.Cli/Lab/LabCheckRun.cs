using System.Globalization;
using FeBeRelay.Cli.Lab.Checks;
using FeBeRelay.Cli.Lab.Wiretapping;
using Spectre.Console;

namespace FeBeRelay.Cli.Lab;

/// <summary>Runs the checks through the relay and reports them, line by line as they come or as one document.</summary>
internal static class LabCheckRun
{
    public static async Task<bool> RunAsync(LabBench bench, bool json, LabOutput output, TimeProvider time, CancellationToken cancellation)
    {
        var check = new LabCheck(bench.Endpoints, time, bench.Link, bench.Clear);
        var results = new List<LabCheckResult>();
        await foreach (LabCheckResult result in check.RunAsync(cancellation))
        {
            results.Add(result);
            if (!json)
            {
                output.Console.MarkupLine(Line(result));
            }
        }

        LabReport report = LabReport.Of(results, check, bench);
        if (json)
        {
            await output.Writer.WriteLineAsync(report.ToJson().AsMemory(), cancellation);
        }
        else
        {
            PrintSummary(report, output.Console);
        }

        return report.Ok;
    }

    private static string Line(LabCheckResult result)
    {
        string verdict = result.Ok ? "[green]ok    [/]" : "[red]FAILED[/]";
        string figures = string.Create(CultureInfo.InvariantCulture,
            $"{result.Name,-28} {result.BytesSent,12:N0} sent {result.BytesReceived,12:N0} received {result.Elapsed.TotalMilliseconds,7:N0} ms");
        return $"{verdict} {Markup.Escape(figures)}  [dim]{Markup.Escape(result.Detail)}[/]";
    }

    private static void PrintSummary(LabReport report, IAnsiConsole console)
    {
        console.WriteLine();
        foreach ((string name, string value) in AssociationText.Lines(report.Association))
        {
            console.MarkupLine($"[dim]{name,-13}[/] {Markup.Escape(value)}");
        }

        string seen = string.Create(CultureInfo.InvariantCulture,
            $"{report.Wiretap.BytesToListener:N0} bytes to the listener, {report.Wiretap.BytesFromListener:N0} back; " +
            $"{report.Wiretap.MarkersReadable} of {report.Wiretap.MarkersSent} markers readable, {report.Wiretap.MarkersDelivered} delivered to the back end");
        console.MarkupLine($"[dim]{"wiretap",-13}[/] {seen}");
        console.MarkupLine($"[dim]{"  sent",-13}[/] {Markup.Escape(Printable.Text(report.Wiretap.Sent))}");
        console.MarkupLine($"[dim]{"  on the link",-13}[/] {Printable.Hex(report.Wiretap.OnTheLink)}");
        console.WriteLine();
        int passed = report.Checks.Count(result => result.Ok);
        console.MarkupLine(report.Ok ? $"[green]{passed} checks, all ok[/]" : $"[red]{report.Checks.Count - passed} of {report.Checks.Count} checks failed[/]");
    }
}
