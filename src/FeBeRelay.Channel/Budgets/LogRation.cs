using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Budgets;

/// <summary>Keeps strangers from filling the log: so many lines in a minute, the others are counted. Thread-safe.</summary>
/// <param name="lines">Lines in a minute.</param>
/// <param name="time">The clock.</param>
public sealed class LogRation(int lines, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _since = time.GetTimestamp();
    private int _written;
    private long _held;

    /// <summary>Whether a line may be written; in front of the first one of a window stands how many were not in the one before.</summary>
    public bool TryTake(ILogger logger)
    {
        bool may = TryTake(out long held);
        if (held > 0)
        {
            ChannelLog.LinesHeld(logger, held);
        }
        return may;
    }

    /// <summary>Whether a line may be written.</summary>
    /// <param name="held">How many were not, in the window that has just ended: to be told first.</param>
    public bool TryTake(out long held)
    {
        lock (_lock)
        {
            held = 0;
            if (time.GetElapsedTime(_since) >= Window)
            {
                held = _held;
                (_since, _written, _held) = (time.GetTimestamp(), 0, 0);
            }
            if (_written < lines)
            {
                _written++;
                return true;
            }
            _held++;
            return false;
        }
    }
}
