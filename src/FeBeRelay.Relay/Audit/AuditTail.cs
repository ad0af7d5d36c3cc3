using System.Text.Json;

namespace FeBeRelay.Relay.Audit;

/// <summary>How a file ends: what a node goes on from.</summary>
/// <param name="Number">The last whole line's number, 0 when there is none.</param>
/// <param name="Head">Its hash.</param>
/// <param name="Length">Bytes up to its end.</param>
/// <param name="First">The number of the file's first line.</param>
/// <param name="Torn">What stands behind it: the start of a line that a crash cut, or more where the file was damaged.</param>
internal sealed record AuditTail(long Number, byte[] Head, long Length, long First, byte[] Torn)
{
    /// <summary>Whether that is more than a crash leaves: whole lines that are none of a log.</summary>
    public bool IsDamaged => Torn.Contains((byte)'\n');

    private const int FirstChunk = 64 * 1024;

    public static readonly AuditTail None = new(0, AuditLine.Beginning, 0, 1, []);

    /// <summary>The number of the file's first line, or null where there is none.</summary>
    public static long? FirstNumber(Stream file)
    {
        var chunk = new byte[Math.Min(FirstChunk, file.Length)];
        file.Position = 0;
        file.ReadExactly(chunk);
        int end = chunk.AsSpan().IndexOf((byte)'\n');
        return end < 0 ? null : NumberOf(chunk.AsSpan(0, end));
    }

    /// <summary>Reads the end of a file only, as much as it takes to find a whole line.</summary>
    public static AuditTail Read(Stream file)
    {
        for (long size = FirstChunk; ; size *= 4)
        {
            long start = Math.Max(0, file.Length - size);
            var chunk = new byte[file.Length - start];
            file.Position = start;
            file.ReadExactly(chunk);
            if (FindLast(chunk, start) is { } found)
            {
                return found;
            }
            if (start == 0)
            {
                return None with { Torn = chunk };
            }
        }
    }

    private static AuditTail? FindLast(byte[] chunk, long start)
    {
        for (int end = chunk.AsSpan().LastIndexOf((byte)'\n'); end >= 0; end = chunk.AsSpan(0, end).LastIndexOf((byte)'\n'))
        {
            int from = chunk.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
            if (from == 0 && start > 0)
            {
                return null;
            }
            if (AuditLine.TrySplit(chunk.AsSpan(from, end - from), out _, out byte[] head) && NumberOf(chunk.AsSpan(from, end - from)) is { } number)
            {
                return new AuditTail(number, head, start + end + 1, number, chunk[(end + 1)..]);
            }
        }
        return null;
    }

    private static long? NumberOf(ReadOnlySpan<byte> line)
    {
        try
        {
            return AuditText.Read(line).Number;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
