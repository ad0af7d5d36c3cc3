namespace FeBeRelay.Relay.Http.Parsing;

/// <summary>Where a field stands in the bytes of its head.</summary>
/// <param name="NameStart">Offset of the name.</param>
/// <param name="NameLength">Bytes, 1 or more.</param>
/// <param name="ValueStart">Offset of the value, without the space around it.</param>
/// <param name="ValueLength">Bytes, 0 or more.</param>
/// <param name="IsHopByHop">It concerns this connection only and is not passed on (RFC 9110 7.6.1).</param>
internal readonly record struct HeaderField(int NameStart, int NameLength, int ValueStart, int ValueLength, bool IsHopByHop)
{
    public ReadOnlySpan<byte> Name(ReadOnlySpan<byte> head) => head.Slice(NameStart, NameLength);

    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head) => head.Slice(ValueStart, ValueLength);
}
