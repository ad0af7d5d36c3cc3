using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.WebConsole.Charts;

/// <summary>What was recorded, as rates between neighbours: the counters themselves only rise.</summary>
/// <param name="readings">The readings, the oldest first.</param>
internal sealed class Recorded(IReadOnlyList<CounterReading> readings)
{
    /// <summary>More points than that no screen shows: of more readings every second, third, ... is taken.</summary>
    public const int MaxPoints = 360;

    /// <summary>Those that are drawn: the newest always.</summary>
    public IReadOnlyList<CounterReading> Points { get; } = Thin(readings);

    /// <summary>Bytes a second: under keys that encrypt or authenticate, both ways, and in the clear.</summary>
    public IReadOnlyList<ChartSeries> Throughput() =>
    [
        new("sent protected", "one", Rates(totals => totals.ConfidentialBytesSent + totals.AuthenticatedBytesSent)),
        new("received protected", "two", Rates(totals => totals.ConfidentialBytesReceived + totals.AuthenticatedBytesReceived)),
        new("CLEAR, both ways", "three", Rates(totals => (ulong)(totals.ClearBytesSent + totals.ClearBytesReceived))),
    ];

    /// <summary>Handshakes a second, and those that failed.</summary>
    public IReadOnlyList<ChartSeries> Handshakes() =>
    [
        new("main modes", "one", Rates(totals => (ulong)totals.MainModes)),
        new("quick modes", "two", Rates(totals => (ulong)totals.QuickModes)),
        new("failures", "three", Rates(totals => (ulong)(totals.AuthenticationFailures + totals.NegotiationFailures))),
    ];

    private double[] Rates(Func<TotalsView, ulong> counter)
    {
        var rates = new double[Points.Count];
        for (int i = 1; i < rates.Length; i++)
        {
            double seconds = Math.Max((Points[i].Time - Points[i - 1].Time).TotalSeconds, 0.001);
            rates[i] = Math.Max(0, (double)counter(Points[i].Totals) - counter(Points[i - 1].Totals)) / seconds;
        }
        return rates;
    }

    private static CounterReading[] Thin(IReadOnlyList<CounterReading> readings)
    {
        int step = (readings.Count + MaxPoints - 1) / MaxPoints;
        return step <= 1 ? [.. readings] : [.. Enumerable.Range(0, (readings.Count + step - 1) / step).Select(i => readings[readings.Count - 1 - i * step]).Reverse()];
    }
}
