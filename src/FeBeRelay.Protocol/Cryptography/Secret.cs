using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>
/// A secret in pinned memory that is zeroed when it is let go: a garbage collector that moves arrays would leave copies behind.
/// Not thread-safe; whoever holds it disposes of it.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;

    /// <summary>Room for a secret, all zero at first.</summary>
    /// <param name="size">Bytes.</param>
    public Secret(int size) => _bytes = GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>A secret of the given value; the caller zeroes its own copy.</summary>
    public Secret(ReadOnlySpan<byte> value)
        : this(value.Length) => value.CopyTo(_bytes);

    /// <summary>Whether the secret was zeroed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Bytes of the secret.</summary>
    public int Size => _bytes.Length;

    /// <summary>The value.</summary>
    /// <exception cref="ObjectDisposedException">The secret was zeroed.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return _bytes;
        }
    }

    /// <summary>Zeroes the value.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
