using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel.Transport;

/// <summary>The kinds of buffers on the way of the data.</summary>
public static class Buffers
{
    // Of each kind, unneeded and at all: 13 MiB and 416 MiB for all. As many as the receives that hold one while they wait (BufferedReceive.Plenty).
    private const int Spare = 64;
    private const int Most = 2_048;

    /// <summary>Plaintext with room around it, sealed where it stands: headroom, up to 65,536 bytes, tailroom.</summary>
    public static readonly BufferPool Plaintext = new(ChannelSender.Headroom + Limits.MaxPlaintext + ChannelSender.Tailroom, Spare, Most);

    /// <summary>
    /// Two records of the largest size: records of that size tile it exactly, so that in bulk no partial record is ever moved to the front.
    /// </summary>
    public static readonly BufferPool Records = new(2 * (RecordHeader.Size + Limits.MaxPlaintext + Limits.TagSize), Spare, Most);

    /// <summary>
    /// What a client of an http endpoint has its bytes received in: 16 KiB, which a connection holds while it waits. An upload costs half of what it costs in blocks of 4 KiB,
    /// and in blocks of 64 KiB no less.
    /// </summary>
    public static readonly BufferPool Blocks = new(16 << 10, Spare, Most);

    /// <summary>Lets go of buffers that were not needed since the last call. Called about once a second. Thread-safe.</summary>
    /// <returns>Bytes let go, which are the system's again after a full collection only.</returns>
    public static long Trim() => Plaintext.Trim() + Records.Trim() + Blocks.Trim();
}
