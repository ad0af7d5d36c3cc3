using System.Text;

namespace FeBeRelay.Relay.Http;

/// <summary>Writes a message's head, field by field, into a buffer that grows if need be.</summary>
/// <param name="buffer">Where to write.</param>
/// <param name="start">The first offset to write at.</param>
internal struct HeadWriter(byte[] buffer, int start)
{
    private readonly int _start = start;
    private int _at = start;

    /// <summary>The bytes so far, behind the first offset; another array than at first if the head did not fit.</summary>
    public byte[] Buffer { get; private set; } = buffer;

    /// <summary>Bytes written.</summary>
    public readonly int Length => _at - _start;

    /// <summary>Writes text as Latin-1, the encoding in which it was read.</summary>
    public void Write(string text) => _at += Encoding.Latin1.GetBytes(text, Room(text.Length));

    /// <summary>Writes bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _at += bytes.Length;
    }

    /// <summary>Writes <c>name: value CR LF</c>.</summary>
    /// <exception cref="InvalidOperationException">The value would end the field.</exception>
    public void WriteField(string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new InvalidOperationException($"field {name} holds a line end");
        }
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    private Span<byte> Room(int count)
    {
        if (Buffer.Length - _at < count)
        {
            byte[] larger = new byte[Math.Max(2 * Buffer.Length, _at + count)];
            Buffer.AsSpan(0, _at).CopyTo(larger);
            Buffer = larger;
        }
        return Buffer.AsSpan(_at);
    }
}
