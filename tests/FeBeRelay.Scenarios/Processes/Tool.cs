using System.Diagnostics;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Programs that a scenario needs beside the product.</summary>
internal static class Tool
{
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["nginx"] = "nginx-light",
        ["wrk"] = "wrk",
        ["curl"] = "curl",
        ["tcpdump"] = "tcpdump",
        ["ip"] = "iproute2",
        ["prlimit"] = "util-linux",
        ["unshare"] = "util-linux",
        ["mount"] = "mount",
        ["systemd-analyze"] = "systemd",
        ["systemd-socket-activate"] = "systemd",
        ["script"] = "bsdutils",
        ["prometheus"] = "prometheus",
        ["chromium"] = "chromium",
        ["apache2"] = "apache2",
        ["litmus"] = "litmus",
        ["dovecot"] = "dovecot-imapd dovecot-pop3d",
        ["postfix"] = "postfix",
        ["swaks"] = "swaks",
        ["python3"] = "python3",
        ["openssl"] = "openssl",
        ["nft"] = "nftables",
        ["cadaver"] = "cadaver",
        ["krb5kdc"] = "krb5-kdc",
        ["kadmin.local"] = "krb5-admin-server",
        ["kinit"] = "krb5-user",
        ["faketime"] = "faketime",
    };

    /// <summary>Skips the test where a program is missing; where CI=true says that all must be there, fails it.</summary>
    public static void Require(params IEnumerable<string> programs)
    {
        Need(!OperatingSystem.IsWindows(), "stopping by signal and reading /proc are Linux matters");
        foreach (string program in programs)
        {
            Need(IsInstalled(program), $"{program} is not installed: apt-get install -y --no-install-recommends {Packages[program]}");
        }
    }

    /// <summary>The same for anything else that the machine must give.</summary>
    public static void Need(bool given, string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.True(given, reason);
        }
        Assert.SkipUnless(given, reason);
    }

    /// <summary>Runs a program to its end; fails the test with what it said unless it ends well.</summary>
    public static Task<string> RunAsync(string program, params IEnumerable<string> arguments) => RunAsync(new Dictionary<string, string>(), program, arguments);

    /// <summary>The same with some variables of its environment set.</summary>
    public static async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string said = $"{await error}{output}";
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {said}");
        return output;
    }

    /// <summary>The library of the package faketime, which gives a process another clock.</summary>
    public static string FakeTime => Directory
        .EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).First();

    private static bool IsInstalled(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
