using System.Text;
using System.Text.Json;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.WebConsole.SecurityLog;

/// <summary>Reads of a security log's files what a page shows: the newest lines, or one by its number. Files may be large: only ends of them are read.</summary>
internal static class LogFile
{
    /// <summary>Lines that a page shows, at most.</summary>
    public const int Newest = 2_000;

    private const int TailBytes = 2 * 1024 * 1024;

    /// <summary>The newest lines, the newest first.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static List<LogRow> ReadNewest(string path)
    {
        List<LogRow> rows = [];
        foreach (string file in AuditFileNames.All(path).Reverse())
        {
            rows.InsertRange(0, ReadTail(file));
            if (rows.Count >= Newest || new FileInfo(file).Length > TailBytes)
            {
                break;
            }
        }
        rows.Reverse();
        return [.. rows.Take(Newest)];
    }

    /// <summary>The line with that number, or null.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LogRow? Find(string path, long number)
    {
        // Each file's first line has its smallest number: the last file that begins at or before it has the line.
        string? file = AuditFileNames.All(path).LastOrDefault(one => FirstNumber(one) <= number);
        return file is null ? null : AuditLineReader.Read(file).Where(line => line.IsWhole).Select(line => LogRow.Read(line.Bytes.Span)).FirstOrDefault(row => row?.Event.Number == number);
    }

    private static List<LogRow> ReadTail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isCut = stream.Length > TailBytes;
        stream.Position = isCut ? stream.Length - TailBytes : 0;
        return [.. AuditLineReader.Read(stream).Where(line => line.IsWhole).Skip(isCut ? 1 : 0).Select(line => LogRow.Read(line.Bytes.Span)).OfType<LogRow>()];
    }

    private static long FirstNumber(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return AuditTail.FirstNumber(stream) ?? long.MaxValue;
    }
}

/// <summary>One line of the log.</summary>
/// <param name="Event">What it tells.</param>
/// <param name="Text">The line as it stands there.</param>
internal sealed record LogRow(AuditEvent Event, string Text)
{
    /// <summary>Reads a line; null for one that is none of a security log, which verifying tells of.</summary>
    public static LogRow? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return new LogRow(AuditText.Read(line), Encoding.UTF8.GetString(line));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whom it is about, as far as is known.</summary>
    public string Peer => Event.PeerNode ?? (Event.PeerIdentity is [{ } name, ..] ? name : Event.RemoteAddress) ?? "";

    /// <summary>Why, in one line.</summary>
    public string Why => string.Join(" ", new[] { Event.Error, Event.Code, Event.Reason }.Where(text => !string.IsNullOrEmpty(text)).Distinct());
}
