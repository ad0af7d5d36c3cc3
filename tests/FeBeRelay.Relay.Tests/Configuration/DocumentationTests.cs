using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>docs/configuration.md says what the program does: every key with its range and default, examples that load.</summary>
public sealed partial class DocumentationTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();
    private readonly string _page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "configuration.md"));

    [Fact]
    public void Every_value_is_in_a_table_with_its_range_and_default()
    {
        var schema = NodeConfigurationSchema.Create();
        foreach (var (path, key) in ConfigurationKey.Tree(typeof(NodeConfiguration)).Where(entry => entry.Key.Shape is KeyShape.Value or KeyShape.List))
        {
            var row = _page.Split('\n').SingleOrDefault(line => line.StartsWith($"| `{path}` |", StringComparison.Ordinal));
            Assert.True(row is not null, $"{path} is not documented");
            var cells = row.Split('|').Select(cell => cell.Trim()).ToArray();
            Assert.Equal(key.IsRequired, cells[3] == "required");
            if (key.Range is { } range)
            {
                Assert.Equal(($"{DefaultOf(schema, path)}", $"{range.Minimum} to {range.Maximum}"), (cells[3], cells[4]));
            }

            Assert.All(key.AllowedValues?.Values ?? [], choice => Assert.Contains($"`{choice}`", cells[4], StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_key_in_a_table_exists()
    {
        var known = ConfigurationKey.Tree(typeof(NodeConfiguration)).Select(entry => entry.Path).ToHashSet();

        Assert.All(Keys().Matches(_page).Select(match => match.Groups[1].Value), key => Assert.Contains(key, known));
    }

    [Fact]
    public void The_example_files_load_and_satisfy_the_schema()
    {
        foreach (var name in (string[])["fe1.lab.test", "be1.lab.test"])
        {
            File.WriteAllText(_folder.Path($"{name}.pem"), "");
            File.WriteAllText(_folder.Path($"{name}.key"), "");
        }

        var examples = Examples().Matches(_page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, examples.Length);
        Assert.All(examples, example =>
        {
            Assert.Empty(_folder.Load(example).Errors);
            var node = JsonNode.Parse(example, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            Assert.Empty(SchemaCheck.Violations(NodeConfigurationSchema.Create(), node));
        });
    }

    public void Dispose() => _folder.Dispose();

    private static JsonNode? DefaultOf(JsonNode schema, string path)
        => path.Split(':').Aggregate(schema, (node, part) => (part switch
        {
            "NAME" => node["additionalProperties"],
            "0" => node["items"],
            _ => node["properties"]![part],
        })!)["default"];

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside of the repository");
        }

        return folder;
    }

    [GeneratedRegex("^\\| `([^`]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Keys();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Examples();
}
