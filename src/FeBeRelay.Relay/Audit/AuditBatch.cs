using System.Buffers;

namespace FeBeRelay.Relay.Audit;

/// <summary>Lines that are formed and not yet written. They keep their hashes however often writing them is tried.</summary>
internal sealed class AuditBatch
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(int Start, int Length, AuditOutcome Outcome)> _lines = [];

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Whether it holds a checkpoint, and so is to reach the disk.</summary>
    public bool HasCheckpoint { get; private set; }

    public void Add(byte[] line, AuditOutcome outcome, bool isCheckpoint = false)
    {
        _lines.Add((_bytes.WrittenCount, line.Length, outcome));
        _bytes.Write(line);
        _bytes.Write("\n"u8);
        HasCheckpoint |= isCheckpoint;
    }

    public void SendTo(SyslogSink sink)
    {
        foreach ((int start, int length, AuditOutcome outcome) in _lines)
        {
            sink.Send(_bytes.WrittenSpan.Slice(start, length), outcome);
        }
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _lines.Clear();
        HasCheckpoint = false;
    }
}
