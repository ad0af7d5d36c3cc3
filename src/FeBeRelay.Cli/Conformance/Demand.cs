using System.Globalization;
using System.Text;

namespace FeBeRelay.Cli.Conformance;

/// <summary>What a case demands of what arrived.</summary>
internal static class Demand
{
    private const int Shown = 100;

    public static void That(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ConformanceFailedException(otherwise);
        }
    }

    public static void Equal(string expected, string actual, string what)
    {
        if (expected != actual)
        {
            int at = 0;
            while (at < expected.Length && at < actual.Length && expected[at] == actual[at])
            {
                at++;
            }
            int from = Math.Max(0, at - 20);
            throw new ConformanceFailedException($"{what}: sent {Show(expected[from..])}, arrived {Show(actual[Math.Min(from, actual.Length)..])}");
        }
    }

    public static void Equal(int expected, int actual, string what) =>
        That(expected == actual, string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected}, got {actual}"));

    public static void StartsWith(string expected, string actual, string what) =>
        That(actual.StartsWith(expected, StringComparison.Ordinal), $"{what}: expected {Show(expected)}, got {Show(actual)}");

    public static void Contains(string expected, string actual, string what) =>
        That(actual.Contains(expected, StringComparison.Ordinal), $"{what} lacks {Show(expected)}: {Show(actual)}");

    /// <summary>A head has these lines as fields, whatever the case of their names (RFC 9110 5.1) and the space around their values.</summary>
    public static void Fields(IEnumerable<string> expected, string head, string what)
    {
        HashSet<string> got = [.. head.Split("\r\n").Select(Normal)];
        string lost = string.Join(", ", expected.Where(f => !got.Contains(Normal(f))).Select(Show));
        That(lost.Length == 0, $"{what} lacks {lost}: {Show(head)}");
    }

    public static void Field(string expected, string head, string what) => Fields([expected], head, what);

    /// <summary>The same fields, whatever their order, the case of their names and the space around their values.</summary>
    public static void SameFields(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        List<string> wanted = [.. expected.Select(Normal)];
        List<string> got = [.. actual.Select(Normal)];
        string lost = string.Join(", ", Without(wanted, got).Select(Show));
        string added = string.Join(", ", Without(got, wanted).Select(Show));
        That(lost.Length == 0 && added.Length == 0, $"{what}: {(lost.Length > 0 ? $"lost {lost} " : "")}{(added.Length > 0 ? $"added {added}" : "")}".TrimEnd());
    }

    /// <summary>Printable, and not too long.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.Length > Shown ? text[..Shown] : text)
        {
            shown.Append(c switch
            {
                '\r' => "\\r",
                '\n' => "\\n",
                < ' ' or > '~' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }
        return $"'{shown}{(text.Length > Shown ? "..." : "")}'";
    }

    private static List<string> Without(List<string> all, List<string> these)
    {
        List<string> rest = [.. all];
        these.ForEach(t => rest.Remove(t));
        return rest;
    }

    private static string Normal(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? line : line[..colon].ToUpperInvariant() + ":" + line[(colon + 1)..].Trim(' ');
    }
}
