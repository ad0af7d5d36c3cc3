using System.Text.RegularExpressions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Claims;

/// <summary>Each promise of docs/security.md stands on a clause that exists and on tests that exist: a test that is renamed or removed takes its promise along.</summary>
public sealed partial class ClaimsTests
{
    private static readonly string Root = RepositoryRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "security.md"));
    private static readonly string Protocol = File.ReadAllText(Path.Combine(Root, "docs", "protocol.md"));

    [Fact]
    public void Every_claim_names_tests_that_exist()
    {
        IReadOnlyList<string[]> claims = TableUnder("## Claims");
        Assert.True(claims.Count >= 30, $"{claims.Count} claims");
        Assert.Empty(claims.SelectMany(row => Missing(row[0], row[^1])));
    }

    [Fact]
    public void Every_known_class_of_failure_has_a_counter_measure_and_tests_that_exist()
    {
        IReadOnlyList<string[]> classes = TableUnder("## Known classes of failure");
        Assert.All(
            (string[])["downgrade", "reflection", "misbinding", "unknown key share", "replay", "truncation", "reordering", "key change", "nonce", "oracle", "compression", "exhaustion", "path validation"],
            name => Assert.Contains(classes, row => row[0].Contains(name, StringComparison.OrdinalIgnoreCase)));
        Assert.Empty(classes.SelectMany(row => Missing(row[0], row[^1])));
    }

    [Fact]
    public void Every_clause_that_is_named_exists()
    {
        string[] named = [.. TableUnder("## Claims").Concat(TableUnder("## Known classes of failure")).SelectMany(ClausesOf).Distinct()];
        Assert.True(named.Length >= 20, $"{named.Length} clauses");
        Assert.All(named, clause => Assert.True(HasClause(clause), $"clause {clause} is not in docs/protocol.md"));
    }

    /// <summary>Rows without the head, as cells.</summary>
    private static IReadOnlyList<string[]> TableUnder(string heading)
    {
        int at = Page.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(at >= 0, $"docs/security.md has no '{heading}'");
        return [.. Page[at..].Split('\n').SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }

    private static IEnumerable<string> Missing(string claim, string cell)
    {
        string[] named = [.. Code().Matches(cell).Select(match => match.Groups[1].Value)];
        if (named.Length == 0)
        {
            yield return $"'{claim}' names no test";
        }
        foreach (string name in named.Where(name => !Exists(name)))
        {
            yield return $"'{claim}' names {name}, which is no test";
        }
    }

    /// <summary>A file or folder of the repository; or, in one of the test projects, a class, one of its methods, or a folder of classes.</summary>
    private static bool Exists(string name) =>
        name.StartsWith("docs/", StringComparison.Ordinal) || name.StartsWith("tests/", StringComparison.Ordinal)
            ? Path.Exists(Path.Combine(Root, name))
            : Directory.GetDirectories(Path.Combine(Root, "tests"), "FeBeRelay.*").Any(project => HasTest(project, name));

    private static bool HasTest(string project, string name)
    {
        string folder = Path.Combine(project, name);
        if (Directory.Exists(folder))
        {
            return Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Any(file => IsTest(file, method: null));
        }
        string[] parts = name.Split('.');
        return File.Exists(Path.Combine(project, $"{parts[0]}.cs")) && IsTest(Path.Combine(project, $"{parts[0]}.cs"), parts.ElementAtOrDefault(1));
    }

    private static bool IsTest(string file, string? method)
    {
        string text = File.ReadAllText(file);
        return method is null
            ? Attributes().IsMatch(text)
            : Regex.IsMatch(text, $@"\[(Fact|Theory)[^\n]*\n(\s*\[[^\n]*\n)*\s*public [^\n]* {method}\(");
    }

    private static IEnumerable<string> ClausesOf(string[] row) => Clauses().Matches(row[^3]).Select(match => match.Value);

    private static bool HasClause(string clause) =>
        clause.Contains('.', StringComparison.Ordinal)
            ? Protocol.Contains($"**{clause} ", StringComparison.Ordinal) || Protocol.Contains($"**{clause}*", StringComparison.Ordinal)
            : Protocol.Contains($"\n## {clause}. ", StringComparison.Ordinal);

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("outside the repository");
        }
        return folder;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[(Fact|Theory)\b")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\b\d+(\.\d+)?\b")]
    private static partial Regex Clauses();
}
