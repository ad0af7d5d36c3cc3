namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>Two streams, each the other's far end.</summary>
internal sealed class MemoryConnection
{
    private readonly MemoryPipe _toResponder = new();
    private readonly MemoryPipe _toInitiator = new();

    public MemoryConnection()
    {
        Initiator = new End(_toInitiator, _toResponder);
        Responder = new End(_toResponder, _toInitiator);
    }

    public Stream Initiator { get; }

    public Stream Responder { get; }

    /// <summary>Bytes written both ways.</summary>
    public long Total => _toResponder.Total + _toInitiator.Total;

    private sealed class End(MemoryPipe incoming, MemoryPipe outgoing) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => incoming.Read(buffer);

        public override int Read(byte[] buffer, int offset, int count) => incoming.Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => incoming.ReadAsync(buffer);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            incoming.ReadAsync(buffer.AsMemory(offset, count)).AsTask();

        public override void Write(ReadOnlySpan<byte> buffer) => outgoing.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => outgoing.Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            outgoing.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            outgoing.Write(buffer.AsSpan(offset, count));
            return Task.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
