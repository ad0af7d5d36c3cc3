using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeBeRelay.Load.Loads;

namespace FeBeRelay.Load.Report;

/// <summary>
/// Results in files: each load's turns as JSON, and everything that is there as tables, a chart, and a part of the README beside the folder.
/// </summary>
internal static class ResultFiles
{
    private const string Begin = "<!-- load: begin -->";
    private const string End = "<!-- load: end -->";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = false, Converters = { new JsonStringEnumConverter() }, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Save(DirectoryInfo folder, WorkloadResult result) =>
        File.WriteAllText(Path.Combine(folder.FullName, $"{result.Name}.json"), JsonSerializer.Serialize(result, Json));

    /// <summary>Renders what all runs have left, so that a short run replaces its own loads only.</summary>
    public static void Render(DirectoryInfo folder)
    {
        WorkloadResult[] results =
        [
            .. Workload.All.Select(w => Path.Combine(folder.FullName, $"{w.Name}.json")).Where(File.Exists)
                .Select(file => JsonSerializer.Deserialize<WorkloadResult>(File.ReadAllText(file), Json)!),
        ];
        File.WriteAllText(Path.Combine(folder.FullName, "results.svg"), BarChart.Of([.. results.Where(r => !r.IsIdle)]));
        string tables = string.Join('\n', results.Select(MarkdownTable.Of));
        File.WriteAllText(Path.Combine(folder.FullName, "results.md"), tables);
        string readme = Path.Combine(folder.FullName, "..", "README.md");
        if (File.Exists(readme))
        {
            Insert(readme, tables);
        }
    }

    private static void Insert(string readme, string tables)
    {
        string text = File.ReadAllText(readme);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        int end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin >= 0 && end > begin)
        {
            File.WriteAllText(readme, new StringBuilder().Append(text, 0, begin + Begin.Length).Append("\n\n").Append(tables).Append('\n').Append(text, end, text.Length - end).ToString());
        }
    }
}
