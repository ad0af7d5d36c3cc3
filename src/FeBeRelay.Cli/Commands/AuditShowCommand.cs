using System.CommandLine;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>audit show</c>: the events of a log that a filter lets through, the oldest first.</summary>
internal static class AuditShowCommand
{
    public static Command Create(CommandContext context)
    {
        var filter = new Argument<string?>("FILTER")
        {
            Description = "What a line must be or hold: an event's number (544) or name, failure or success, a category, or any text such as a peer's name. all for every line.",
            DefaultValueFactory = _ => "all",
        };
        var file = AuditCommand.File();
        var configuration = ConfigurationOptions.File(required: false);
        var settings = ConfigurationOptions.Settings();
        var json = new Option<bool>("--json") { Description = "Write the lines as they stand in the log (JSON lines)." };
        var command = new ExampleCommand("show", "Show the events that a filter lets through.", """
              feberelay audit show failure audit/fe1.jsonl
              feberelay audit show 544 --config be1.json
              feberelay audit show fe1.lab.test --config be1.json --json | jq -r .reason
            """)
        {
            filter, file, configuration, settings, json,
        };
        command.SetAction(parsed =>
        {
            var path = AuditCommand.PathOf(context, parsed.GetValue(file), parsed.GetValue(configuration), parsed.GetRequiredValue(settings));
            var wanted = parsed.GetValue(filter)!;
            var output = parsed.InvocationConfiguration.Output;
            return AuditCommand.Reading(path, () =>
            {
                foreach (var line in AuditFileNames.All(path).SelectMany(AuditLineReader.Read).Where(line => Matches(line.Bytes, wanted)))
                {
                    Write(output, line.Bytes, parsed.GetValue(json));
                }
                return ExitCode.Succeeded;
            });
        });
        return command;
    }

    public static void Write(TextWriter output, ReadOnlyMemory<byte> line, bool json) =>
        output.WriteLine(json ? System.Text.Encoding.UTF8.GetString(line.Span) : AuditLineText.Of(line));

    private static bool Matches(ReadOnlyMemory<byte> line, string wanted)
    {
        if (wanted == "all" || AuditLineText.TryRead(line.Span) is not { } one)
        {
            return true;
        }
        string[] words = [one.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), one.Name, one.Outcome.ToString(), one.Category.ToString()];
        return words.Contains(wanted, StringComparer.OrdinalIgnoreCase)
            || (!int.TryParse(wanted, out _) && System.Text.Encoding.UTF8.GetString(line.Span).Contains(wanted, StringComparison.OrdinalIgnoreCase));
    }
}
