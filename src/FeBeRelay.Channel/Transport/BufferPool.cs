namespace FeBeRelay.Channel.Transport;

/// <summary>
/// Buffers of one size, pinned so that sockets need not pin them for each call. Keeps those that come back, and lets go of what nobody needs any
/// more when it is told that time has passed. Thread-safe.
/// </summary>
/// <param name="size">Bytes of a buffer.</param>
/// <param name="spare">How many are kept however long nobody needs them.</param>
/// <param name="most">How many are kept at most.</param>
public sealed class BufferPool(int size, int spare, int most)
{
    private readonly Lock _lock = new();

    // The one used last is the warmest.
    private readonly Stack<byte[]> _free = new(spare);

    // The fewest that lay here since the last trim: so many nobody needed.
    private int _unneeded;

    /// <summary>Bytes of a buffer.</summary>
    public int Size => size;

    /// <summary>A buffer of unspecified content.</summary>
    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out byte[]? buffer))
            {
                _unneeded = Math.Min(_unneeded, _free.Count);
                return buffer;
            }
        }
        return GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Takes a buffer back; the caller must not use it again.</summary>
    public void Return(byte[] buffer)
    {
        lock (_lock)
        {
            if (_free.Count < most)
            {
                _free.Push(buffer);
            }
        }
    }

    /// <summary>Lets go of half of what nobody needed since the last call, the spare ones aside.</summary>
    /// <returns>Bytes let go.</returns>
    public long Trim()
    {
        lock (_lock)
        {
            int dropped = Math.Max(0, (_unneeded - spare + 1) / 2);
            for (int i = 0; i < dropped; i++)
            {
                _free.Pop();
            }
            _unneeded = _free.Count;
            return (long)dropped * size;
        }
    }
}
