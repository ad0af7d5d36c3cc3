namespace FeBeRelay.Relay.Http;

/// <summary>Tells when nothing has moved for a while (a cluster's <c>HttpRequest:ActivityTimeout</c>; without it nothing is ever cut for being quiet).</summary>
internal sealed class ActivityTimer : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly ITimer _timer;

    public ActivityTimer(TimeSpan limit, TimeProvider time, Action idle)
    {
        _limit = limit;
        _timer = time.CreateTimer(static idle => ((Action)idle!)(), idle, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something has moved.</summary>
    public void Touch() => _timer.Change(_limit, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
