using System.CommandLine;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>audit tail</c>: the last events, and with <c>-f</c> those to come.</summary>
internal static class AuditTailCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create(CommandContext context)
    {
        var file = AuditCommand.File();
        var configuration = ConfigurationOptions.File(required: false);
        var settings = ConfigurationOptions.Settings();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written, over changes of file, until Ctrl+C." };
        var lines = new Option<int>("--lines", "-n") { Description = "Lines to begin with.", HelpName = "COUNT", DefaultValueFactory = _ => 10 };
        lines.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 100_000)
            {
                result.AddError("--lines is out of range: write a number, 0 to 100000");
            }
        });
        var json = new Option<bool>("--json") { Description = "Write the lines as they stand in the log (JSON lines)." };
        var command = new ExampleCommand("tail", "Show the last events.", """
              feberelay audit tail audit/fe1.jsonl
              feberelay audit tail -f --config be1.json
            """)
        {
            file, configuration, settings, follow, lines, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = AuditCommand.PathOf(context, parsed.GetValue(file), parsed.GetValue(configuration), parsed.GetRequiredValue(settings));
            var output = parsed.InvocationConfiguration.Output;
            var tail = new AuditFollower(path);
            var last = AuditCommand.Reading(path, () => tail.ReadNew().TakeLast(parsed.GetValue(lines)).ToList());
            last.ForEach(line => AuditShowCommand.Write(output, line, parsed.GetValue(json)));
            if (parsed.GetValue(follow))
            {
                using var timer = new PeriodicTimer(Interval);
                while (await timer.WaitForNextTickAsync(cancellationToken))
                {
                    AuditCommand.Reading(path, tail.ReadNew).ForEach(line => AuditShowCommand.Write(output, line, parsed.GetValue(json)));
                }
            }
            return ExitCode.Succeeded;
        });
        return command;
    }
}
