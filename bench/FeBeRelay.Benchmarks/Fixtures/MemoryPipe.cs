namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>
/// One direction of an in-memory connection: bytes are copied in by the writer and out by the reader, as a kernel does it. One reader and one
/// writer, on any threads: <see cref="System.Net.Security.SslStream"/> does parts of its handshake on the thread pool.
/// </summary>
internal sealed class MemoryPipe
{
    private readonly Lock _lock = new();
    // Small at first: a connection is made for every handshake measured, and its own buffers must not count.
    private byte[] _buffer = new byte[4 * 1024];
    private int _start;
    private int _end;
    private long _total;
    private TaskCompletionSource? _arrival;

    /// <summary>Bytes written in all.</summary>
    public long Total => Interlocked.Read(ref _total);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? arrival;
        lock (_lock)
        {
            MakeRoom(bytes.Length);
            bytes.CopyTo(_buffer.AsSpan(_end));
            _end += bytes.Length;
            _total += bytes.Length;
            arrival = _arrival;
            _arrival = null;
        }
        arrival?.SetResult();
    }

    /// <exception cref="InvalidOperationException">There is nothing to read.</exception>
    public int Read(Span<byte> destination)
    {
        int count = TryRead(destination, out _);
        return count > 0 || destination.IsEmpty
            ? count
            : throw new InvalidOperationException("the in-memory connection has nothing to read; the benchmark must write first");
    }

    public async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        while (true)
        {
            int count = TryRead(destination.Span, out Task? arrival);
            if (count > 0 || destination.IsEmpty)
            {
                return count;
            }
            await arrival!.ConfigureAwait(false);
        }
    }

    /// <summary>Looks and, where there is nothing, leaves word under one lock: a write in between would not be seen.</summary>
    private int TryRead(Span<byte> destination, out Task? arrival)
    {
        lock (_lock)
        {
            int count = Math.Min(destination.Length, _end - _start);
            arrival = null;
            if (count == 0)
            {
                arrival = (_arrival ??= new TaskCompletionSource()).Task;
                return 0;
            }
            _buffer.AsSpan(_start, count).CopyTo(destination);
            _start += count;
            return count;
        }
    }

    private void MakeRoom(int count)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        if (_end + count <= _buffer.Length)
        {
            return;
        }
        int unread = _end - _start;
        byte[] target = unread + count <= _buffer.Length ? _buffer : new byte[2 * (unread + count)];
        _buffer.AsSpan(_start, unread).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, unread);
    }
}
