namespace FeBeRelay.Relay.Monitoring;

/// <summary>
/// A node's totals of the last hours, for who looks back: one reading every <see cref="Interval"/>, the newest <see cref="Capacity"/> of them. Some 250
/// bytes each, so below 1 MiB. Nothing is kept of single associations. Thread-safe.
/// </summary>
internal sealed class CounterHistory : IDisposable
{
    /// <summary>Between two readings.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Readings kept: those of six hours.</summary>
    public const int Capacity = 4_320;

    private readonly Lock _lock = new();
    private readonly CounterReading[] _ring = new CounterReading[Capacity];
    private readonly Func<TotalsView> _read;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _count;

    /// <param name="read">Reads the totals.</param>
    /// <param name="time">The clock.</param>
    public CounterHistory(Func<TotalsView> read, TimeProvider time)
    {
        _read = read;
        _time = time;
        _timer = time.CreateTimer(_ => Take(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>The readings, the oldest first.</summary>
    public IReadOnlyList<CounterReading> Readings()
    {
        lock (_lock)
        {
            int kept = (int)Math.Min(_count, Capacity);
            var readings = new CounterReading[kept];
            for (int i = 0; i < kept; i++)
            {
                readings[i] = _ring[(_count - kept + i) % Capacity];
            }
            return readings;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Take()
    {
        var reading = new CounterReading(_time.GetUtcNow(), _read());
        lock (_lock)
        {
            _ring[_count++ % Capacity] = reading;
        }
    }
}

/// <summary>The node's totals at one moment.</summary>
/// <param name="Time">When (UTC).</param>
/// <param name="Totals">The totals.</param>
internal sealed record CounterReading(DateTimeOffset Time, TotalsView Totals);
