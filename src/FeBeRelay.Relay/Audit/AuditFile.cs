using System.Runtime.Versioning;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Audit;

/// <summary>The file that is written, and its predecessors. Owner-only; one process at a time; a write that failed half-way leaves no trace.</summary>
/// <param name="path">The file.</param>
/// <param name="keepFiles">Full files kept beside it; 0 keeps all.</param>
/// <param name="open">Opens the file for reading and writing, making it where need be.</param>
internal sealed class AuditFile(string path, int keepFiles, Func<string, Stream> open) : IDisposable
{
    private Stream? _lock;
    private Stream? _file;

    /// <summary>Bytes of whole lines.</summary>
    public long Length { get; private set; }

    /// <summary>Where the damaged lines were put that the file ended in when it was opened; null where there were none.</summary>
    public string? Damaged { get; private set; }

    /// <summary>Opens the file where it is not, and finds where the log stands. What a crash left of a line is cut off; of damaged lines a copy is kept.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process writes it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public AuditTail Open()
    {
        CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // Readers open the log itself at any time, so a file beside it keeps a second writer away; the lock ends with the process.
        _lock ??= new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        _file = open(path);
        AuditTail tail = AuditTail.Read(_file);
        Length = tail.Length;
        if (tail.IsDamaged)
        {
            Damaged = AuditFileNames.Damaged(path, tail.Number);
            OwnerOnlyFile.Create(Damaged, tail.Torn, isSecret: true);
        }
        _file.SetLength(Length);
        return tail.Number > 0 ? tail with { First = AuditTail.FirstNumber(_file) ?? tail.Number } : AfterLastClosed(tail.Torn);
    }

    /// <summary>Adds whole lines with one write.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        Stream file = Opened();
        if (file.Length != Length)
        {
            // Longer: a write that failed half-way. Shorter: somebody has cut the file, which the chain tells from here on.
            Length = Math.Min(Length, file.Length);
            file.SetLength(Length);
        }
        file.Position = Length;
        file.Write(lines);
        Length += lines.Length;
    }

    /// <summary>Has the system put what was written onto the disk: outlives a power cut.</summary>
    public void FlushToDisk()
    {
        if (Opened() is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Puts the full file away under its own name; the next line begins an empty one.</summary>
    /// <param name="firstNumber">The number of the first line in the full file.</param>
    public void Rotate(long firstNumber)
    {
        Close();
        File.Move(path, AuditFileNames.Closed(path, firstNumber), overwrite: false);
        Length = 0;
    }

    /// <summary>Deletes full files beyond those that are kept.</summary>
    public void DeleteOld()
    {
        if (keepFiles > 0)
        {
            foreach (string old in AuditFileNames.AllClosed(path).SkipLast(keepFiles))
            {
                File.Delete(old);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>The log's file, readable by its owner only from its first moment.</summary>
    public static Stream OpenOwnerOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new FileStream(path, options);
    }

    private Stream Opened() => _file ??= open(path);

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private AuditTail AfterLastClosed(byte[] torn)
    {
        if (AuditFileNames.AllClosed(path) is not [.., var last])
        {
            return AuditTail.None with { Torn = torn };
        }
        using var file = new FileStream(last, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        AuditTail tail = AuditTail.Read(file);
        return tail with { Length = 0, First = tail.Number + 1, Torn = torn };
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            CreateOwnersFolder(folder);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreateOwnersFolder(string folder) =>
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
