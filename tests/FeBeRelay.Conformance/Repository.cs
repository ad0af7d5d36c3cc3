namespace FeBeRelay.Conformance;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Path { get; } = Find();

    public static string ConformancePage => System.IO.Path.Combine(Path, "docs", "conformance.md");

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("not below the repository");
    }
}
