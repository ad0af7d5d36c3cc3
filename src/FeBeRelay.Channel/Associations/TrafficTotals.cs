using System.Globalization;

namespace FeBeRelay.Channel.Associations;

/// <summary>Bytes of plaintext and records, each way.</summary>
public readonly record struct TrafficTotals(ulong BytesSent, ulong BytesReceived, ulong RecordsSent, ulong RecordsReceived)
{
    public static TrafficTotals operator +(TrafficTotals a, TrafficTotals b) => Add(a, b);

    public static TrafficTotals operator -(TrafficTotals a, TrafficTotals b) => Subtract(a, b);

    /// <summary>Wraps around where <paramref name="b"/> is larger, so that a later sum is right again.</summary>
    public static TrafficTotals Subtract(TrafficTotals a, TrafficTotals b) => unchecked(new(
        a.BytesSent - b.BytesSent, a.BytesReceived - b.BytesReceived, a.RecordsSent - b.RecordsSent, a.RecordsReceived - b.RecordsReceived));

    public static TrafficTotals Add(TrafficTotals a, TrafficTotals b) => new(
        a.BytesSent + b.BytesSent, a.BytesReceived + b.BytesReceived, a.RecordsSent + b.RecordsSent, a.RecordsReceived + b.RecordsReceived);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{BytesSent} bytes in {RecordsSent} records sent, {BytesReceived} in {RecordsReceived} received");
}
