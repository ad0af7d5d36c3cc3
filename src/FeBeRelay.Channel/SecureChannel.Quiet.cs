namespace FeBeRelay.Channel;

/// <content>
/// Many channels are open and say nothing for long. Who waits for bytes holds a buffer, because a real receive is the cheapest while there is
/// traffic; when the node's timer finds no record between two of its rounds, those who wait are told, and wait on without.
/// </content>
public sealed partial class SecureChannel
{
    private CancellationTokenSource? _lull;
    private ulong _recordsSeen;

    /// <summary>Cancelled when the channel has become quiet: for one receive, on either side of the channel, that holds a buffer.</summary>
    public CancellationToken Lull
    {
        get
        {
            CancellationTokenSource? lull = Volatile.Read(ref _lull);
            if (lull is null)
            {
                var made = new CancellationTokenSource();
                lull = Interlocked.CompareExchange(ref _lull, made, null) ?? made;
            }
            return lull.Token;
        }
    }

    /// <summary>Whether received bytes, or the wait for them, hold a buffer.</summary>
    internal bool HoldsBuffer => _received is not null;

    private void NoticeLull()
    {
        ulong records = _core.Sender.TotalRecords + _core.Receiver.TotalRecords;
        if (records == _recordsSeen)
        {
            _core.Rest();
            // On the thread pool: the timer has other channels to look after.
            _ = Interlocked.Exchange(ref _lull, null)?.CancelAsync();
        }
        _recordsSeen = records;
    }
}
