namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>What a check demands of an answer.</summary>
internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new LabCheckFailedException($"{what}: expected {expected}, got {actual}");
        }
    }

    public static void Contains(string expected, string actual, string what) =>
        True(actual.Contains(expected, StringComparison.Ordinal), $"{what} does not contain {expected}: {Shorten(actual)}");

    public static void True(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new LabCheckFailedException(otherwise);
        }
    }

    public static string Shorten(string text) => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 120), "...");
}
