namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>
/// One direction of an in-memory connection: bytes are copied in by the writer and out by the reader, as a kernel does it.
/// A waiting reader goes on inside the write that it waits for, on the writer's thread: with both ends on one thread, the time
/// measured is the work of both and no scheduling.
/// </summary>
internal sealed class MemoryPipe
{
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private TaskCompletionSource? _arrival;

    /// <summary>Bytes written in all.</summary>
    public long Total { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
        Total += bytes.Length;
        TaskCompletionSource? arrival = _arrival;
        _arrival = null;
        arrival?.SetResult();
    }

    /// <exception cref="InvalidOperationException">There is nothing to read, and nobody who could write meanwhile.</exception>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _end - _start);
        if (count == 0 && destination.Length > 0)
        {
            throw new InvalidOperationException("the in-memory connection has nothing to read; the benchmark must write first");
        }
        _buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        while (_start == _end && destination.Length > 0)
        {
            _arrival ??= new TaskCompletionSource();
            await _arrival.Task.ConfigureAwait(false);
        }
        return Read(destination.Span);
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
