using System.Collections.Concurrent;

namespace FeBeRelay.Channel.Transport;

/// <summary>Buffers of one size, pinned so that sockets need not pin them for each call. Keeps a bounded number; thread-safe.</summary>
/// <param name="size">Bytes of a buffer.</param>
/// <param name="kept">How many to keep when they come back.</param>
public sealed class BufferPool(int size, int kept)
{
    private readonly ConcurrentStack<byte[]> _free = new();
    private int _count;

    /// <summary>Bytes of a buffer.</summary>
    public int Size => size;

    /// <summary>A buffer of unspecified content.</summary>
    public byte[] Rent()
    {
        if (_free.TryPop(out byte[]? buffer))
        {
            Interlocked.Decrement(ref _count);
            return buffer;
        }
        return GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Takes a buffer back; the caller must not use it again.</summary>
    public void Return(byte[] buffer)
    {
        if (Interlocked.Increment(ref _count) <= kept)
        {
            _free.Push(buffer);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
