namespace FeBeRelay.Protocol.QuickMode;

/// <summary>
/// Which counters an association has used (clause 3.4): a sliding window of 8,192. A counter is taken once; one older than the window is
/// not fresh. Not thread-safe: the association locks it.
/// </summary>
public sealed class CounterWindow
{
    private readonly ulong[] _bits = new ulong[Limits.CounterWindow / 64];
    private ulong _highest;

    /// <summary>Takes a counter; false when it was taken before, is older than the window, or 0.</summary>
    public bool TryTake(ulong counter)
    {
        if (counter == 0 || (counter <= _highest && _highest - counter >= Limits.CounterWindow))
        {
            return false;
        }
        if (counter > _highest)
        {
            Advance(counter);
        }
        ref ulong word = ref _bits[counter / 64 % (ulong)_bits.Length];
        ulong bit = 1UL << (int)(counter % 64);
        if ((word & bit) != 0)
        {
            return false;
        }
        word |= bit;
        return true;
    }

    /// <summary>Clears the places that the counters between the old and the new highest will use.</summary>
    private void Advance(ulong highest)
    {
        ulong steps = Math.Min(highest - _highest, Limits.CounterWindow);
        for (ulong i = 1; i <= steps; i++)
        {
            ulong counter = highest - steps + i;
            _bits[counter / 64 % (ulong)_bits.Length] &= ~(1UL << (int)(counter % 64));
        }
        _highest = highest;
    }
}
