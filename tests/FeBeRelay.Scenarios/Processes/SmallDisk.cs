namespace FeBeRelay.Scenarios.Processes;

/// <summary>A folder that is a file system of its own in memory, for one process only: mounted in a mount namespace that ends with it.</summary>
/// <param name="folder">Where the process finds it; there it must exist.</param>
/// <param name="options">Mount options of tmpfs, such as <c>size=256k</c> or <c>ro</c>.</param>
internal sealed class SmallDisk(string folder, string options)
{
    /// <summary>Skips the test where this process may not mount.</summary>
    public static void Require()
    {
        Tool.Require("unshare", "mount");
        Tool.Need(Environment.IsPrivilegedProcess, "mounting needs root's rights");
    }

    /// <summary>The command with the mount before it; its process stays the one that is started.</summary>
    public string[] Within(string[] command) =>
        ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o \"$1\" none \"$0\" && shift && exec \"$@\"", folder, options, .. command];

    /// <summary>The folder as the process sees it.</summary>
    public string Of(NodeProcess node, string file = "") => $"/proc/{node.Id}/root{Path.Combine(folder, file)}";

    /// <summary>Takes all of its room.</summary>
    public void Fill(NodeProcess node)
    {
        using var filling = new FileStream(Of(node, "filling"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (byte[] block = new byte[512]; ;)
            {
                filling.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void MakeRoom(NodeProcess node) => File.Delete(Of(node, "filling"));
}
