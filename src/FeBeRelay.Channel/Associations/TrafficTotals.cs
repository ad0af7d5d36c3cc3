using System.Globalization;

namespace FeBeRelay.Channel.Associations;

/// <summary>Bytes of plaintext and records, each way, and how often keys were renewed.</summary>
public readonly record struct TrafficTotals(ulong BytesSent, ulong BytesReceived, ulong RecordsSent, ulong RecordsReceived)
{
    /// <summary>In-band quick modes that changed the keys.</summary>
    public ulong Rekeys { get; init; }

    /// <summary>Key updates of either direction.</summary>
    public ulong KeyUpdates { get; init; }

    public static TrafficTotals operator +(TrafficTotals a, TrafficTotals b) => Add(a, b);

    public static TrafficTotals operator -(TrafficTotals a, TrafficTotals b) => Subtract(a, b);

    /// <summary>Wraps around where <paramref name="b"/> is larger, so that a later sum is right again.</summary>
    public static TrafficTotals Subtract(TrafficTotals a, TrafficTotals b) => unchecked(new(
        a.BytesSent - b.BytesSent, a.BytesReceived - b.BytesReceived, a.RecordsSent - b.RecordsSent, a.RecordsReceived - b.RecordsReceived)
    {
        Rekeys = a.Rekeys - b.Rekeys,
        KeyUpdates = a.KeyUpdates - b.KeyUpdates,
    });

    public static TrafficTotals Add(TrafficTotals a, TrafficTotals b) => unchecked(new(
        a.BytesSent + b.BytesSent, a.BytesReceived + b.BytesReceived, a.RecordsSent + b.RecordsSent, a.RecordsReceived + b.RecordsReceived)
    {
        Rekeys = a.Rekeys + b.Rekeys,
        KeyUpdates = a.KeyUpdates + b.KeyUpdates,
    });

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{BytesSent} bytes in {RecordsSent} records sent, {BytesReceived} in {RecordsReceived} received");
}
