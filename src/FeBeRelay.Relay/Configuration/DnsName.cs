using System.Text.RegularExpressions;

namespace FeBeRelay.Relay.Configuration;

/// <summary>The DNS names that certificates carry and peers are called by. No wildcards: an identity is one node's.</summary>
internal static partial class DnsName
{
    /// <summary>Labels of letters, digits, hyphens and (as Windows allows) underscores, each 1 to 63 long.</summary>
    public const string Pattern = @"^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$";

    private const int MaximumLength = 253;

    public static bool IsValid(string name) => name.Length is > 0 and <= MaximumLength && Form().IsMatch(name);

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
