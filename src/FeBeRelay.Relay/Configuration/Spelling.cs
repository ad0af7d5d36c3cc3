namespace FeBeRelay.Relay.Configuration;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Spelling
{
    private const int MaximumDistance = 3;

    /// <summary>The candidate nearest to a word, or null when none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var nearest = candidates.Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate))).MinBy(entry => entry.Distance);
        return nearest.Candidate is not null && nearest.Distance <= Math.Min(MaximumDistance, word.Length / 2) ? nearest.Candidate : null;
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
