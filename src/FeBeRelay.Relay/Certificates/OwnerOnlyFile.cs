using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FeBeRelay.Relay.Certificates;

/// <summary>
/// Makes files. A file appears whole or not at all, replaces another only where that is asked for, and a secret one is readable by its owner only from
/// its first moment: a mode set afterwards would leave a gap in which others can open it.
/// </summary>
internal static class OwnerOnlyFile
{
    private const int BufferSize = 4096;

    /// <exception cref="IOException">The file exists and is not to be replaced, or cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content, bool isSecret, bool replaces = false)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = Open(temporary, isSecret))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: replaces);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static FileStream Open(string path, bool isSecret)
    {
        if (!isSecret)
            return new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        return OperatingSystem.IsWindows()
            ? OpenForWindowsUser(path)
            : new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
    }

    [SupportedOSPlatform("windows")]
    private static FileStream OpenForWindowsUser(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(user.User!, FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.FullControl, FileShare.None, BufferSize, FileOptions.None, security);
    }
}
