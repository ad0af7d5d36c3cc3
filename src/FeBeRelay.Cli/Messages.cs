using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Cli;

/// <summary>
/// How the program speaks to people: on standard error, <c>feberelay: </c> and a message in lower case without full stop, then lines of hints.
/// Standard output is for data only.
/// </summary>
internal static class Messages
{
    public static void Write(TextWriter error, string message, params IEnumerable<string> hints)
    {
        error.WriteLine($"feberelay: {message}");
        foreach (var hint in hints)
        {
            error.WriteLine($"hint: {hint}");
        }
    }

    public static void Write(TextWriter error, string file, IReadOnlyList<ConfigurationError> errors)
    {
        foreach (var one in errors)
        {
            Write(error, Sentence(file, one), one.Fix);
        }
    }

    private static string Sentence(string file, ConfigurationError error)
    {
        if (error.Key.Length == 0)
        {
            return $"{error.Value ?? file} {error.Problem}";
        }

        var origin = error.Origin.Length == 0 || error.Origin == Path.GetFileName(file) ? file : error.Origin;
        return $"{origin}: {error.Key}{(error.Value is { } value ? $" = \"{value}\"" : "")} {error.Problem}";
    }
}
