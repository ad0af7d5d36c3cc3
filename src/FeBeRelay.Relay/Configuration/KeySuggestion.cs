namespace FeBeRelay.Relay.Configuration;

/// <summary>What an unknown key was probably meant to be.</summary>
internal static class KeySuggestion
{
    public static string For(string unknown, IReadOnlyList<ConfigurationKey> siblings, IReadOnlyList<string> allPaths)
    {
        if (Spelling.Nearest(unknown, siblings.Select(key => key.Name)) is { } nearest)
        {
            return $"did you mean \"{nearest}\"?";
        }

        // Right key, wrong section; or a path written with dots, as "node.name".
        var path = unknown.Replace('.', ':');
        var elsewhere = allPaths.FirstOrDefault(known => known.Equals(path, StringComparison.OrdinalIgnoreCase))
            ?? allPaths.FirstOrDefault(known => known.EndsWith(":" + unknown, StringComparison.OrdinalIgnoreCase));
        return elsewhere is not null
            ? $"did you mean {elsewhere}?"
            : $"known keys here: {string.Join(", ", siblings.Select(key => key.Name))}";
    }
}
