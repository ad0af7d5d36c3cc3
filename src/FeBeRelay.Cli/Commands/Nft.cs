using System.ComponentModel;
using System.Diagnostics;

namespace FeBeRelay.Cli.Commands;

/// <summary>Runs nft(8).</summary>
internal static class Nft
{
    private const string Program = "nft";

    /// <summary>Has it carry out a script, wholly or not at all.</summary>
    public static Task<string> ApplyAsync(string script, CancellationToken cancellation) => RunAsync(["-f", "-"], script, cancellation);

    /// <summary>What a table has in it.</summary>
    public static Task<string> ListAsync(string table, CancellationToken cancellation) => RunAsync(["list", "table", "inet", table], "", cancellation);

    private static async Task<string> RunAsync(string[] arguments, string input, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UserError(ExitCode.Failed, "capture is for Linux: it works by nftables");
        }
        using Process process = Start(arguments);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
        process.StandardInput.Close();
        Task<string> said = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            string first = (await said).Split('\n').FirstOrDefault(l => l.Contains("rror", StringComparison.Ordinal)) ?? await said;
            throw new UserError(ExitCode.Failed, $"nft refused: {first.Trim()}", Hint(first));
        }
        return output;
    }

    private static Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new UserError(ExitCode.Failed, $"nft cannot be started: {e.Message}", "install nftables: apt-get install nftables");
        }
    }

    private static string Hint(string said) =>
        said.Contains("Operation not permitted", StringComparison.Ordinal) ? "run it as root"
        : said.Contains("No such file", StringComparison.Ordinal) ? "nothing is installed under that name: feberelay capture install"
        : "feberelay capture install --dry-run shows what nft was told";
}
