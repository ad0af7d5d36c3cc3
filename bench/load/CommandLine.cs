using System.CommandLine;
using FeBeRelay.Load.Loads;

namespace FeBeRelay.Load;

/// <summary>Options of the harness.</summary>
internal static class CommandLine
{
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = $"Loads to run, all when absent: {string.Join(", ", Workload.All.Select(w => w.Name))}.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Relays = new("--relays")
    {
        Description = "Relays to run, all when absent; as they are named in the tables, for example \"nginx stream\".",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Rounds; in each of them every relay has its turn.", DefaultValueFactory = _ => 9 };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Seconds of a turn.", DefaultValueFactory = _ => 2 };

    private static readonly Option<int> Warm = new("--warm") { Description = "Seconds of the turn before the first round, which does not count, of programs that are compiled while they run; others need few.", DefaultValueFactory = _ => 40 };

    private static readonly Option<int> Idle = new("--idle") { Description = "Idle connections of the load 'idle'.", DefaultValueFactory = _ => 8_000 };

    private static readonly Option<DirectoryInfo> Results = new("--results")
    {
        Description = "Where the figures go: a JSON file for each load, results.md, results.svg.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Publishing.Root, "bench", "results")),
    };

    private static readonly Option<string[]> Program = new("--feberelay")
    {
        Description = "Folder of a published feberelay, as NAME=FOLDER; several are compared. Absent: it is published self-contained and compiled ahead, as the operations page says.",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("Measures FeBeRelay against other relays, side by side on this machine.") { Only, Relays, Rounds, Seconds, Warm, Idle, Results, Program };
        command.SetAction((parsed, cancellation) => Harness.RunAsync(
            new LoadOptions
            {
                Workloads = [.. Workload.All.Where(w => parsed.GetValue(Only) is not { Length: > 0 } only || only.Contains(w.Name))],
                Relays = parsed.GetValue(Relays) ?? [],
                Rounds = parsed.GetValue(Rounds),
                Seconds = parsed.GetValue(Seconds),
                WarmSeconds = parsed.GetValue(Warm),
                IdleConnections = parsed.GetValue(Idle),
                Results = parsed.GetValue(Results)!,
                Programs = [.. (parsed.GetValue(Program) ?? []).Select(p => p.Split('=', 2)).Select(p => (p[0], p[^1]))],
            },
            cancellation));
        // Stopping everything takes longer than the library's two seconds.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }
}
