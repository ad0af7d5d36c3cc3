namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>What passed in one direction over all connections: how much, and the last of it.</summary>
internal sealed class WireTotals
{
    private const int RecentCapacity = 4096;

    private readonly ByteRing _recent = new(RecentCapacity);
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(ReadOnlySpan<byte> chunk)
    {
        _recent.Write(chunk);
        Interlocked.Add(ref _bytes, chunk.Length);
    }

    public byte[] Recent() => _recent.ToArray();
}
