namespace FeBeRelay.Relay.Configuration;

/// <summary>What an unknown key was probably meant to be.</summary>
internal static class KeySuggestion
{
    private const int MaximumDistance = 3;

    public static string For(string unknown, IReadOnlyList<ConfigurationKey> siblings, IReadOnlyList<string> allPaths)
    {
        var nearest = siblings.Select(key => (key.Name, Distance: Distance(unknown, key.Name))).MinBy(candidate => candidate.Distance);
        if (nearest.Distance <= Math.Min(MaximumDistance, unknown.Length / 2))
        {
            return $"did you mean \"{nearest.Name}\"?";
        }

        // Right key, wrong section; or a path written with dots, as "node.name".
        var path = unknown.Replace('.', ':');
        var elsewhere = allPaths.FirstOrDefault(known => known.Equals(path, StringComparison.OrdinalIgnoreCase))
            ?? allPaths.FirstOrDefault(known => known.EndsWith(":" + unknown, StringComparison.OrdinalIgnoreCase));
        return elsewhere is not null
            ? $"did you mean {elsewhere}?"
            : $"known keys here: {string.Join(", ", siblings.Select(key => key.Name))}";
    }

    /// <summary>Levenshtein's: insertions, deletions and replacements from one to the other, case aside.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[^1];
    }
}
