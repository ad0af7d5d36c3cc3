using System.Buffers;

namespace FeBeRelay.Relay.Audit;

/// <summary>One line as it stands in a file, without its line break.</summary>
/// <param name="Bytes">Good until the next line is read.</param>
/// <param name="IsWhole">Whether a line break ends it.</param>
internal readonly record struct RawLine(ReadOnlyMemory<byte> Bytes, bool IsWhole);

/// <summary>Splits a file at line feeds and nothing else.</summary>
internal static class AuditLineReader
{
    private const int ReadSize = 128 * 1024;

    public static IEnumerable<RawLine> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, ReadSize);
        foreach (RawLine line in Read(file))
        {
            yield return line;
        }
    }

    /// <summary>The lines from the stream's position on; what stands behind the last line feed comes last, not whole.</summary>
    public static IEnumerable<RawLine> Read(Stream file)
    {
        var chunk = new byte[ReadSize];
        var rest = new ArrayBufferWriter<byte>();
        int count;
        while ((count = file.Read(chunk)) > 0)
        {
            int start = 0;
            for (int end; (end = Array.IndexOf(chunk, (byte)'\n', start, count - start)) >= 0; start = end + 1)
            {
                rest.Write(chunk.AsSpan(start, end - start));
                yield return new RawLine(rest.WrittenMemory, IsWhole: true);
                rest.ResetWrittenCount();
            }
            rest.Write(chunk.AsSpan(start, count - start));
        }
        if (rest.WrittenCount > 0)
        {
            yield return new RawLine(rest.WrittenMemory, IsWhole: false);
        }
    }
}
