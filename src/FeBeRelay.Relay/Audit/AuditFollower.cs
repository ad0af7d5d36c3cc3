namespace FeBeRelay.Relay.Audit;

/// <summary>Reads a log that is being written, each whole line once, over changes of file.</summary>
/// <param name="path">The file that is written.</param>
internal sealed class AuditFollower(string path)
{
    private string? _first;
    private long _position;

    /// <summary>The whole lines that were written since the last call; at first, those of the file as it is.</summary>
    public List<ReadOnlyMemory<byte>> ReadNew()
    {
        List<ReadOnlyMemory<byte>> lines = [];
        if (!File.Exists(path))
        {
            return lines;
        }
        string first = FirstLine(path);
        if (_first is not null && first != _first && AuditFileNames.AllClosed(path).LastOrDefault(file => FirstLine(file) == _first) is { } closed)
        {
            // What was written between the last look and the change of file.
            ReadFrom(closed, lines);
        }
        if (first != _first)
        {
            _position = 0;
            _first = first;
        }
        ReadFrom(path, lines);
        return lines;
    }

    private static string FirstLine(string file) => File.ReadLines(file).FirstOrDefault() ?? "";

    private void ReadFrom(string file, List<ReadOnlyMemory<byte>> lines)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(_position, stream.Length);
        foreach (RawLine line in AuditLineReader.Read(stream).TakeWhile(line => line.IsWhole))
        {
            lines.Add(line.Bytes.ToArray());
            _position += line.Bytes.Length + 1;
        }
    }
}
