using System.Globalization;

namespace FeBeRelay.Relay.Audit;

/// <summary>The files of one log: <c>fe1.jsonl</c> is written, <c>fe1.000000004711.jsonl</c> was, and begins with line 4711.</summary>
internal static class AuditFileNames
{
    private const string NumberFormat = "D12";

    /// <summary>What a full file is renamed to.</summary>
    public static string Closed(string path, long firstNumber) => Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(path))!,
        $"{Path.GetFileNameWithoutExtension(path)}.{firstNumber.ToString(NumberFormat, CultureInfo.InvariantCulture)}{Path.GetExtension(path)}");

    /// <summary>The full files of a log, the oldest first.</summary>
    public static IReadOnlyList<string> AllClosed(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string prefix = Path.GetFileNameWithoutExtension(path) + ".";
        string extension = Path.GetExtension(path);
        return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder).Where(IsClosed).OrderBy(NumberOf)];

        bool IsClosed(string file)
        {
            string name = Path.GetFileName(file);
            return name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal)
                && name.Length > prefix.Length + extension.Length && Digits(name).All(char.IsAsciiDigit);
        }

        string Digits(string name) => name[prefix.Length..^extension.Length];

        long NumberOf(string file) => long.Parse(Digits(Path.GetFileName(file)), CultureInfo.InvariantCulture);
    }

    /// <summary>Where damaged lines are kept that stood behind a line: a name that is free.</summary>
    public static string Damaged(string path, long lastNumber) => Enumerable.Range(1, int.MaxValue)
        .Select(attempt => $"{path}.damaged-{lastNumber.ToString(NumberFormat, CultureInfo.InvariantCulture)}-{attempt}")
        .First(name => !File.Exists(name));

    /// <summary>All files of a log in the order of their lines.</summary>
    public static IReadOnlyList<string> All(string path) => [.. AllClosed(path), .. File.Exists(path) ? [path] : Array.Empty<string>()];
}
