using System.Buffers;
using System.Runtime.InteropServices;
using FeBeRelay.Channel.Transport;
using Microsoft.AspNetCore.Connections;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// What Kestrel receives in, and sends from: <see cref="Buffers.Blocks"/> in the place of its own blocks of 4 KiB, each of which would be a receive, a record, and a send at the
/// back end. Thread-safe.
/// </summary>
internal sealed class ClientBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public override int MaxBufferSize => Buffers.Blocks.Size;

    /// <summary>One for all transports.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    /// <summary>A whole block, whatever is asked for.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        return new Block(Buffers.Blocks.Rent());
    }

    /// <summary>The blocks are the process's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(byte[] buffer) : IMemoryOwner<byte>
    {
        private byte[]? _buffer = buffer;

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(buffer, 0, buffer.Length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } mine)
            {
                Buffers.Blocks.Return(mine);
            }
        }
    }
}
