using System.Text.Json;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Audit;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>docs/audit.md lists every event as the program writes it, and every field.</summary>
public sealed partial class AuditDocumentationTests
{
    private readonly string _page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "audit.md"));

    [Fact]
    public void Every_event_is_in_the_table_and_no_other()
    {
        IEnumerable<string> written = AuditEventKind.All.Select(kind => $"{(int)kind.Id} `{kind.Name}` {Lower(kind.Outcome)} {Lower(kind.Category)} {kind.Windows}".TrimEnd());

        Assert.Equal(written, Rows().Matches(_page).Select(match => string.Join(' ', match.Groups[1].Value.Split(['|', ' '], StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public void Every_field_is_named()
    {
        foreach (var property in typeof(AuditEvent).GetProperties().Where(p => p.CanWrite && p.Name is not nameof(AuditEvent.Number)))
        {
            Assert.Contains($"`{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}`", _page, StringComparison.Ordinal);
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside of the repository");
        }
        return folder;
    }

    [GeneratedRegex(@"^(\| [0-9]+ \| `[^`]+` \|[^|]*\|[^|]*\|[^|]*\|)", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
