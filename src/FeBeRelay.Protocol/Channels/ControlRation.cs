namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// How many control records a peer may send (clause 4.7): 32 saved at most, 32 a minute, one more for every 16 stream records.
/// Keeps a peer from making this end derive keys all day.
/// </summary>
internal sealed class ControlRation
{
    private static readonly TimeSpan PerRecord = TimeSpan.FromMinutes(1) / Limits.ControlRecordRation;

    private double _saved = Limits.ControlRecordRation;
    private TimeSpan _last = TimeSpan.MinValue;

    /// <summary>Whether less than half is saved. Any thread; what is counted just now may be missing.</summary>
    /// <param name="now">Monotonic time.</param>
    public bool IsScarce(TimeSpan now) => _saved + (_last == TimeSpan.MinValue ? 0 : (now - _last) / PerRecord) < Limits.ScarceControlRecords;

    /// <summary>Counts a stream record.</summary>
    public void Earn() => _saved = Math.Min(Limits.ControlRecordRation, _saved + 1.0 / Limits.StreamRecordsPerControlRecord);

    /// <summary>Takes one control record; false when the ration is used up.</summary>
    /// <param name="now">Monotonic time.</param>
    public bool TryTake(TimeSpan now)
    {
        if (_last != TimeSpan.MinValue)
        {
            _saved = Math.Min(Limits.ControlRecordRation, _saved + (now - _last) / PerRecord);
        }
        _last = now;
        if (_saved < 1)
        {
            return false;
        }
        _saved--;
        return true;
    }
}
