using System.Globalization;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>A hard limit of memory that the kernel keeps by killing: a memory cgroup (version 1) of its own, for one process after another.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup/memory";

    private readonly string _folder = Path.Combine(Root, $"feberelay-{Guid.NewGuid():N}");

    /// <param name="mebibytes">The limit.</param>
    public MemoryGroup(int mebibytes)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "memory.limit_in_bytes"), (mebibytes * 1024L * 1024).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Skips the test where this process may not make such groups: with version 2 that is the service manager's matter.</summary>
    public static void Require() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(Path.Combine(Root, "cgroup.procs")), "memory cgroups of version 1, and root's rights, are needed");

    /// <summary>The command with the limit; its process stays the one that is started.</summary>
    public string[] Within(string[] command) => ["sh", "-c", "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"", _folder, .. command];

    public void Dispose() => Directory.Delete(_folder);
}
