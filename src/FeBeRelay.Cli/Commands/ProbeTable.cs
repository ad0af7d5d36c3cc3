using System.Globalization;
using FeBeRelay.Relay.Probing;
using Spectre.Console;

namespace FeBeRelay.Cli.Commands;

/// <summary>A probe's report for a person: a line a step, then what was agreed.</summary>
internal static class ProbeTable
{
    // Lines of a file or pipe are not broken.
    private const int WidthOfAFile = 1000;

    public static void Write(TextWriter output, ProbeReport report)
    {
        var isTerminal = output == Console.Out && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfAFile;
        }

        console.MarkupLineInterpolated($"[bold]{report.Request.Name}[/] ({report.Request.Peer.Address}), expected identity {report.Request.Peer.Identity}");

        var table = new Table().NoBorder().HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned()).AddColumn("").AddColumn("");
        foreach (var step in report.Steps)
        {
            table.AddRow(new Text("  " + NameOf(step.Kind)), new Text(Duration(step)), new Text(Result(step), StyleOf(step)), new Text(step.Detail));
        }

        console.Write(table);
        if (report.Association is { } association)
        {
            console.MarkupLineInterpolated($"association with [bold]{association.PeerIdentity}[/]: {association.Suite}, {association.Group}, lifetime {association.LifetimeSeconds} s, policy answer {association.PolicyAnswer}");
        }
    }

    public static string NameOf(ProbeStepKind kind) => kind switch
    {
        ProbeStepKind.Resolve => "resolve",
        ProbeStepKind.Connect => "connect",
        ProbeStepKind.MainMode => "main mode",
        ProbeStepKind.QuickMode => "quick mode",
        _ => "service",
    };

    private static string Duration(ProbeStep step)
        => step.Status == ProbeStepStatus.Skipped ? "-" : string.Create(CultureInfo.InvariantCulture, $"{step.Duration.TotalMilliseconds:0.0} ms");

    private static string Result(ProbeStep step) => step.Status switch
    {
        ProbeStepStatus.Succeeded => "ok",
        ProbeStepStatus.Failed => "failed",
        _ => "skipped",
    };

    private static Style StyleOf(ProbeStep step) => step.Status switch
    {
        ProbeStepStatus.Succeeded => new Style(Color.Green),
        ProbeStepStatus.Failed => new Style(Color.Red, decoration: Decoration.Bold),
        _ => new Style(decoration: Decoration.Dim),
    };
}
