using System.Text.RegularExpressions;

namespace FeBeRelay.Relay.Policies.Import;

/// <summary>One <c>add NOUN key=value ...</c> of a script; values may stand in quotes.</summary>
internal sealed partial class NetshCommand
{
    private readonly Dictionary<string, string> _values;

    private NetshCommand(string noun, Dictionary<string, string> values)
    {
        Noun = noun;
        _values = values;
    }

    /// <summary>policy, rule, filter, filteraction or another.</summary>
    public string Noun { get; }

    public string Name => this["name"];

    /// <summary>A value, empty where it is not given.</summary>
    public string this[string key] => _values.GetValueOrDefault(key, "");

    /// <summary>Null for a line that adds nothing.</summary>
    public static NetshCommand? Parse(string line)
    {
        Match head = Head().Match(line);
        return head.Success
            ? new NetshCommand(
                head.Groups["noun"].Value.ToLowerInvariant(),
                Value().Matches(line).GroupBy(m => m.Groups["key"].Value, StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(g => g.Key, g => g.Last().Groups["value"].Value.Trim('"'), StringComparer.OrdinalIgnoreCase))
            : null;
    }

    public bool Is(string key, string value) => this[key].Equals(value, StringComparison.OrdinalIgnoreCase);

    public bool IsYes(string key) => this[key].ToLowerInvariant() is "yes" or "y";

    [GeneratedRegex(@"^\s*(?:netsh\s+)?(?:ipsec\s+static\s+)?add\s+(?<noun>\w+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Head();

    [GeneratedRegex("""(?<key>\w+)\s*=\s*(?<value>"[^"]*"|\S+)""")]
    private static partial Regex Value();
}
