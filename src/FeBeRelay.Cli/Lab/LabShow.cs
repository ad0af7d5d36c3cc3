using System.Globalization;
using FeBeRelay.Cli.Lab.Wiretapping;
using Spectre.Console;

namespace FeBeRelay.Cli.Lab;

/// <summary>Shows the running lab until it is interrupted: where to look, the association, and the wire beside the clear text.</summary>
internal static class LabShow
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(LabBench bench, LabOutput output, TimeProvider time, CancellationToken cancellation)
    {
        PrintBeginning(bench, output);
        try
        {
            using var ticks = new PeriodicTimer(Period, time);
            if (output.IsTerminal)
            {
                await output.Console.Live(WireView.Panels(bench, output.Console.Profile.Width)).StartAsync(async live =>
                {
                    await WatchAsync(bench, ticks, () => live.UpdateTarget(WireView.Panels(bench, output.Console.Profile.Width)), cancellation);
                });
            }
            else
            {
                await WatchAsync(bench, ticks, () => WireView.WriteLines(bench, output.Writer), cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C is the way to end the lab.
        }
    }

    /// <summary>Once a second at most, and only when something has passed.</summary>
    private static async Task WatchAsync(LabBench bench, PeriodicTimer ticks, Action show, CancellationToken cancellation)
    {
        long shown = 0;
        while (await ticks.WaitForNextTickAsync(cancellation))
        {
            long passed = bench.Clear.Bytes(WireDirection.ToTarget) + bench.Clear.Bytes(WireDirection.FromTarget);
            if (passed != shown)
            {
                shown = passed;
                show();
            }
        }
    }

    private static void PrintBeginning(LabBench bench, LabOutput output)
    {
        (string Name, string Value)[] lines =
        [
            ("open", $"{bench.Address}  (any name, any password)"),
            ("or", $"curl -u alice:lab {bench.Address}exchange/alice/Inbox/"),
            ("or", $"curl -u alice:lab -X PROPFIND {bench.Address}exchange/alice/Inbox/"),
            .. bench.Tunnel.Http is { } http ? ((string, string)[])[("http endpoint", $"http://{http}/  (the same, by YARP to two back ends in turn)")] : [],
            .. bench.Tunnel.Console is { } console ? ((string, string)[])[("console", $"{console.Address}  (the relay, in a browser)"), ("token", console.Token)] : [],
            ("back end", $"{bench.BackEnds[0].Address}  (the same pages, not through the relay)"),
            .. AssociationText.Lines(bench.Tunnel.Association),
            ("end", "Ctrl+C"),
        ];
        if (output.IsTerminal)
        {
            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            foreach ((string name, string value) in lines)
            {
                grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value));
            }

            output.Console.Write(new Panel(grid).Header("FeBeRelay lab").RoundedBorder());
            return;
        }

        foreach ((string name, string value) in lines)
        {
            output.Writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-13} {value}"));
        }

        output.Writer.Flush();
    }
}
