using System.Diagnostics;

namespace FeBeRelay.Load;

/// <summary>Publishes feberelay from the repository that this program was built in, the way docs/operations.md says.</summary>
internal static class Publishing
{
    /// <summary>The repository's folder.</summary>
    public static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
            {
                folder = Path.GetDirectoryName(folder);
            }
            return folder ?? throw new HarnessException("not inside the repository: name a published program with --feberelay NAME=FOLDER");
        }
    }

    /// <summary>Publishes; returns the folder.</summary>
    public static async Task<string> RunAsync(CancellationToken cancellation)
    {
        string folder = Path.Combine(Root, "bench", "load", "bin", "feberelay");
        string[] arguments =
        [
            "publish", Path.Combine(Root, "src", "FeBeRelay.Cli"), "-c", "Release", "--use-current-runtime", "--self-contained", "-p:PublishReadyToRun=true",
            "-o", folder, "-v", "q", "--nologo",
        ];
        using Process publish = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string said = await publish.StandardOutput.ReadToEndAsync(cancellation);
        await publish.WaitForExitAsync(cancellation);
        return publish.ExitCode == 0 ? folder : throw new HarnessException($"dotnet publish failed:\n{said}");
    }
}
