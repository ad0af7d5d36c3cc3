using System.Buffers;

namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>What passed in one direction of one connection: its first bytes, and a search of all of them.</summary>
internal sealed class WireRecorder(WireTotals totals, MarkerWatch watch)
{
    public const int HeadCapacity = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly MarkerScanner _scanner = new(watch);

    /// <summary>Called before the bytes travel on, so that whoever got an answer can trust the record of it.</summary>
    public void Record(ReadOnlySpan<byte> chunk)
    {
        _scanner.Next(chunk);
        totals.Add(chunk);
        lock (_gate)
        {
            int room = HeadCapacity - _head.WrittenCount;
            _head.Write(chunk[..Math.Min(room, chunk.Length)]);
        }
    }

    public byte[] Head()
    {
        lock (_gate)
        {
            return _head.WrittenSpan.ToArray();
        }
    }
}
