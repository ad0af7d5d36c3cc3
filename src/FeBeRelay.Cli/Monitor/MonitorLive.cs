using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FeBeRelay.Cli.Monitor;

/// <summary>Shows the monitor until it is interrupted: in place on a terminal, one screen after another in a file or pipe.</summary>
internal static class MonitorLive
{
    private const int ColumnsOfAFile = 200;

    /// <summary>Once.</summary>
    public static async Task OnceAsync(ManagementClient client, MonitorScreen screen, TextWriter output, CancellationToken cancellation)
    {
        IAnsiConsole console = Console(output, out _);
        console.Write(screen.Render(await client.MonitorAsync(cancellation), console.Profile.Width, height: null));
    }

    /// <summary>Again and again.</summary>
    public static async Task RunAsync(ManagementClient client, MonitorScreen screen, TimeSpan refresh, TextWriter output, CancellationToken cancellation)
    {
        IAnsiConsole console = Console(output, out bool isTerminal);
        MonitorView view = await client.MonitorAsync(cancellation);
        IRenderable Draw() => screen.Render(view, console.Profile.Width, isTerminal ? console.Profile.Height : null);
        try
        {
            using var ticks = new PeriodicTimer(refresh);
            if (isTerminal)
            {
                console.Clear();
                await console.Live(Draw()).Overflow(VerticalOverflow.Crop).StartAsync(live => WatchAsync(() => live.UpdateTarget(Draw())));
            }
            else
            {
                console.Write(Draw());
                await WatchAsync(() => console.Write(Draw()));
            }

            async Task WatchAsync(Action show)
            {
                while (await ticks.WaitForNextTickAsync(cancellation))
                {
                    view = await client.MonitorAsync(cancellation);
                    show();
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C is the way to end it.
        }
    }

    private static IAnsiConsole Console(TextWriter output, out bool isTerminal)
    {
        isTerminal = output == System.Console.Out && !System.Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!isTerminal)
        {
            console.Profile.Width = ColumnsOfAFile;
        }
        return console;
    }
}
