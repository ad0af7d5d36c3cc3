using System.Text.RegularExpressions;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>Reads docs/policy-matrix.md: what is proved on the nodes is what administrators read.</summary>
internal static class MatrixPage
{
    private const string NoSpeakers = "The peer does not";

    public static IReadOnlyList<MatrixCell> Read()
    {
        List<MatrixCell> cells = [];
        string mode = "";
        string title = "";
        string[] columns = [];
        foreach (string line in File.ReadLines(Path.Combine(SourceTree(), "docs", "policy-matrix.md")))
        {
            if (Regex.Match(line, "^#+ ([^,]+)(, `windowsXp`)?$") is { Success: true } heading)
            {
                (title, mode) = (heading.Groups[1].Value, heading.Groups[2].Success ? "windowsXp" : "windows2000");
            }
            else if (line.StartsWith("| posture |", StringComparison.Ordinal))
            {
                columns = Split(line)[2..];
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal))
            {
                string[] row = Split(line);
                cells.AddRange(columns.Select((column, i) => title == NoSpeakers
                    ? new MatrixCell(mode, column, row[0], row[1] == "yes", null, row[i + 2])
                    : new MatrixCell(mode, title, row[0], row[1] == "yes", column, row[i + 2])));
            }
        }
        return cells;
    }

    private static string[] Split(string line) => [.. line.Trim('|', ' ').Split('|').Select(cell => cell.Trim())];

    private static string SourceTree()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("the tests do not run in the source tree");
    }
}
