using System.Security.Cryptography;

namespace FeBeRelay.Fuzz;

/// <summary>Inputs that are kept: what once broke something, and what reaches far. <c>tests/FeBeRelay.Fuzz/corpus/TARGET/*.bin</c> in the source tree.</summary>
internal static class Corpus
{
    public static IEnumerable<string> FilesOf(FuzzTarget target)
    {
        string folder = FolderOf(target);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.bin").Order() : [];
    }

    public static string Keep(FuzzTarget target, byte[] input)
    {
        string file = Path.Combine(Directory.CreateDirectory(FolderOf(target)).FullName, Convert.ToHexStringLower(SHA256.HashData(input))[..16] + ".bin");
        File.WriteAllBytes(file, input);
        return file;
    }

    private static string FolderOf(FuzzTarget target)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FeBeRelay.sln")))
        {
            folder = folder.Parent;
        }
        string root = folder?.FullName ?? throw new InvalidOperationException($"no FeBeRelay.sln above {AppContext.BaseDirectory}");
        return Path.Combine(root, "tests", "FeBeRelay.Fuzz", "corpus", target.Name);
    }
}
