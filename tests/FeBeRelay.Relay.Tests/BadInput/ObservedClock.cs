using Microsoft.Extensions.Time.Testing;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>A clock that stands still, and tells of the timers of one length that are set on it.</summary>
internal sealed class ObservedClock(TimeSpan length) : FakeTimeProvider(DateTimeOffset.UtcNow), IDisposable
{
    private readonly SemaphoreSlim _made = new(0);

    public Task TimerMadeAsync(CancellationToken cancellation) => _made.WaitAsync(cancellation);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == length)
        {
            _made.Release();
        }
        return timer;
    }

    public void Dispose() => _made.Dispose();
}
