using System.Text.Json;
using FeBeRelay.Protocol.Tests.Vectors;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>A file of <c>tests/vectors/wycheproof</c>.</summary>
internal static class WycheproofFile
{
    /// <summary>All tests of the file with their groups.</summary>
    public static IEnumerable<WycheproofTest> Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.InSourceTree("tests", "vectors", "wycheproof", name)));
        JsonElement root = document.RootElement.Clone();
        return root.GetProperty("testGroups").EnumerateArray()
            .SelectMany(group => group.GetProperty("tests").EnumerateArray().Select(test => new WycheproofTest(group, test)));
    }
}

/// <summary>One test and the group that it is in.</summary>
internal sealed record WycheproofTest(JsonElement Group, JsonElement Test)
{
    public string Name => $"tcId {Test.GetProperty("tcId").GetInt32()} ({(Test.TryGetProperty("comment", out JsonElement comment) ? comment.GetString() : "no comment")})";

    /// <summary>"acceptable" is not valid here: it stands for forms that a strict implementation may refuse.</summary>
    public bool IsValid => Result == "valid";

    public string Result => Test.GetProperty("result").GetString()!;

    public int GroupNumber(string name) => Group.GetProperty(name).GetInt32();

    public int Number(string name) => Test.GetProperty(name).GetInt32();

    public byte[] Bytes(string name) => Convert.FromHexString(Test.GetProperty(name).GetString()!);

    public string Text(string name) => Test.GetProperty(name).GetString()!;
}
