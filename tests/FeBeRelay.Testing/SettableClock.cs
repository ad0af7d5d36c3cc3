using Microsoft.Extensions.Time.Testing;

namespace FeBeRelay.Testing;

/// <summary>A clock that the test moves, and whose time of day somebody may set: timers and the time that has passed do not follow, as on a real machine.</summary>
public class SettableClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private long _offset;

    /// <summary>Sets the time of day forward or back.</summary>
    public void SetBy(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
