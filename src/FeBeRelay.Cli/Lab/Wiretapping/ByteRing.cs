namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>The last bytes of an endless sequence, in a fixed amount of memory. Safe for several writers and readers.</summary>
internal sealed class ByteRing(int capacity)
{
    private readonly Lock _gate = new();
    private readonly byte[] _bytes = new byte[capacity];
    private long _written;

    public void Write(ReadOnlySpan<byte> chunk)
    {
        lock (_gate)
        {
            ReadOnlySpan<byte> kept = chunk.Length > _bytes.Length ? chunk[^_bytes.Length..] : chunk;
            int position = (int)((_written + chunk.Length - kept.Length) % _bytes.Length);
            int untilEnd = Math.Min(kept.Length, _bytes.Length - position);
            kept[..untilEnd].CopyTo(_bytes.AsSpan(position));
            kept[untilEnd..].CopyTo(_bytes);
            _written += chunk.Length;
        }
    }

    public byte[] ToArray()
    {
        lock (_gate)
        {
            if (_written < _bytes.Length)
            {
                return _bytes.AsSpan(0, (int)_written).ToArray();
            }

            int start = (int)(_written % _bytes.Length);
            return [.. _bytes.AsSpan(start), .. _bytes.AsSpan(0, start)];
        }
    }
}
