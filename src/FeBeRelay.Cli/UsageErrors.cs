using System.CommandLine;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Cli;

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageErrors
{
    public static int Write(ParseResult parsed, TextWriter error)
    {
        // Of a word it does not know the library says only that something else is missing.
        var messages = parsed.UnmatchedTokens.Count > 0
            ? parsed.UnmatchedTokens.Select(token => $"'{token}' is not a command, option or argument here")
            : parsed.Errors.Select(one => InOurManner(one.Message)).Distinct();
        foreach (var message in messages)
        {
            Messages.Write(error, message);
        }

        foreach (var hint in Hints(parsed))
        {
            error.WriteLine($"hint: {hint}");
        }

        return ExitCode.Usage;
    }

    private static IEnumerable<string> Hints(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var words = command.Subcommands.Select(one => one.Name).Concat(command.Options.Select(one => one.Name)).ToArray();
        foreach (var unknown in parsed.UnmatchedTokens)
        {
            if (Spelling.Nearest(unknown, words) is { } nearest)
            {
                yield return $"did you mean {nearest}?";
            }
        }

        yield return $"{FullName(command)} --help shows what there is";
    }

    /// <summary>One line, no capital at its start unless it names something, no full stop.</summary>
    private static string InOurManner(string message)
    {
        var line = string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return line.Length > 1 && char.IsLower(line[1]) ? char.ToLowerInvariant(line[0]) + line[1..] : line;
    }

    private static string FullName(Command command)
        => command is RootCommand ? "feberelay" : $"{FullName(command.Parents.OfType<Command>().First())} {command.Name}";
}
