namespace FeBeRelay.Relay;

/// <summary>
/// Knows when traffic has come to an end whose garbage is worth a full collection. By itself the runtime collects when much was made, which a node that has become quiet
/// does not do: what thousands of connections left behind, or buffers that nobody needs any more, would stay for good. Asked about once a second.
/// </summary>
internal sealed class QuietMemory
{
    private const long Quiet = 2 << 20;
    private const long Worthwhile = 32 << 20;

    private long _seen;
    private long _collected;
    private long _letGo;

    /// <summary>Whether to collect now.</summary>
    /// <param name="allocated">Bytes that the process has allocated since its start.</param>
    /// <param name="letGo">Bytes of buffers that were let go just now.</param>
    public bool IsDue(long allocated, long letGo)
    {
        bool isQuiet = allocated - _seen < Quiet && letGo == 0;
        _seen = allocated;
        _letGo += letGo;
        bool isDue = isQuiet && allocated - _collected + _letGo >= Worthwhile;
        if (isDue)
        {
            (_collected, _letGo) = (allocated, 0);
        }
        return isDue;
    }

    /// <summary>Collects everything, and gives what is free back to the system.</summary>
    public static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
