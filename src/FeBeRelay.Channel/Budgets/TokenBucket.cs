namespace FeBeRelay.Channel.Budgets;

/// <summary>Allows so much at once, and so much more every second. Its user holds a lock.</summary>
internal sealed class TokenBucket(double atOnce, double perSecond, TimeProvider time)
{
    private double _taken;
    private long _since = time.GetTimestamp();

    /// <summary>Whether all tokens are there: as if nothing had ever been taken.</summary>
    public bool IsFull
    {
        get
        {
            Refill();
            return _taken <= 0;
        }
    }

    public bool TryTake()
    {
        Refill();
        if (_taken > atOnce - 1)
        {
            return false;
        }
        _taken++;
        return true;
    }

    private void Refill()
    {
        long now = time.GetTimestamp();
        _taken = Math.Max(0, _taken - time.GetElapsedTime(_since, now).TotalSeconds * perSecond);
        _since = now;
    }
}
