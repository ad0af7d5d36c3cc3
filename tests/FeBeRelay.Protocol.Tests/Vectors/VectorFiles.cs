using System.Text.Encodings.Web;
using System.Text.Json;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The data files in <c>tests/vectors</c>, in the source tree.</summary>
internal static class VectorFiles
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static T Read<T>(string name) => Parse<T>(File.ReadAllText(PathOf(name)));

    public static void Write<T>(string name, T value) => File.WriteAllText(PathOf(name), Text(value) + "\n");

    public static T Parse<T>(string text) => JsonSerializer.Deserialize<T>(text, Options)!;

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    private static string PathOf(string name) => InSourceTree("tests", "vectors", name);

    /// <summary>A file of the repository, wherever the tests were built to.</summary>
    public static string InSourceTree(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FeBeRelay.sln")))
        {
            folder = folder.Parent;
        }
        return folder is null
            ? throw new InvalidOperationException($"no FeBeRelay.sln above {AppContext.BaseDirectory}: run the tests from the source tree")
            : Path.Combine([folder.FullName, .. path]);
    }
}
