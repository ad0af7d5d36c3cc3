namespace FeBeRelay.Protocol.Wire;

/// <summary>The first eight bytes of each side on a connection (clause 1.1).</summary>
public static class Preface
{
    /// <summary>The bytes: no text protocol starts with 0xFB, and a line-based server answers an error to the line.</summary>
    public static ReadOnlySpan<byte> Bytes => [0xFB, 0x46, 0x42, 0x52, 0x0D, 0x0A, 0x0D, 0x0A];

    /// <summary>Bytes of a preface.</summary>
    public const int Size = 8;

    /// <summary>Whether received bytes are a non-empty beginning of the preface, or begin with it: they parse as this protocol.</summary>
    public static bool ParsesAsThisProtocol(ReadOnlySpan<byte> received)
    {
        int length = Math.Min(received.Length, Size);
        return length > 0 && received[..length].SequenceEqual(Bytes[..length]);
    }
}
