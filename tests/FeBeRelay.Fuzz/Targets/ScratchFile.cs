namespace FeBeRelay.Fuzz.Targets;

/// <summary>A file in memory where there is one, for what reads files.</summary>
internal sealed class ScratchFile(string name)
{
    public string Path { get; } = System.IO.Path.Combine(
        Directory.CreateTempSubdirectory("feberelay-fuzz-").FullName, name);

    public string Write(byte[] content)
    {
        File.WriteAllBytes(Path, content);
        return Path;
    }
}
