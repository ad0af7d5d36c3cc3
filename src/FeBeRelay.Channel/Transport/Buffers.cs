using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel.Transport;

/// <summary>The two kinds of buffers on the way of the data.</summary>
public static class Buffers
{
    /// <summary>Plaintext with room around it, sealed where it stands: headroom, up to 65,536 bytes, tailroom.</summary>
    public static readonly BufferPool Plaintext = new(ChannelSender.Headroom + Limits.MaxPlaintext + ChannelSender.Tailroom, 256);

    /// <summary>
    /// Two records of the largest size: records of that size tile it exactly, so that in bulk no partial record is ever moved to the front.
    /// </summary>
    public static readonly BufferPool Records = new(2 * (RecordHeader.Size + Limits.MaxPlaintext + Limits.TagSize), 256);
}
