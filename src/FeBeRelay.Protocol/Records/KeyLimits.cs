namespace FeBeRelay.Protocol.Records;

/// <summary>How long one key may protect one direction (clause 4.8): soft limits are answered by a key update, hard ones refuse.</summary>
/// <param name="SoftBytes">Bytes of plaintext at which the sender updates its key.</param>
/// <param name="HardBytes">Bytes of plaintext beyond which neither end goes on.</param>
/// <param name="SoftAge">Age at which the sender updates its key, before jitter.</param>
/// <param name="HardAge">Age beyond which the sender refuses to seal.</param>
public sealed record KeyLimits(ulong SoftBytes, ulong HardBytes, TimeSpan SoftAge, TimeSpan HardAge)
{
    /// <summary>The protocol's own ceilings, which hold for every epoch.</summary>
    public static readonly KeyLimits Ceiling = new(Limits.SoftBytesPerKey, Limits.HardBytesPerKey, TimeSpan.MaxValue, TimeSpan.MaxValue);

    /// <summary>The limits that an association agreed on, never above the ceilings.</summary>
    /// <param name="seconds">Key life in seconds, 10 or more.</param>
    /// <param name="kilobytes">Key life in units of 1,024 bytes, 1,024 or more.</param>
    public static KeyLimits Of(uint seconds, uint kilobytes)
    {
        ulong bytes = kilobytes * 1_024UL;
        return new KeyLimits(
            Math.Min(bytes, Limits.SoftBytesPerKey),
            Math.Min(bytes + bytes / 10 + 2 * Limits.MaxPlaintext, Limits.HardBytesPerKey),
            TimeSpan.FromSeconds(seconds),
            TimeSpan.FromSeconds(seconds * 1.1));
    }
}
