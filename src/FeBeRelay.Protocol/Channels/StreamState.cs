namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// Which stream a channel carries and how far it is (clauses 5.1, 5.5, 5.7). Shared by the two directions: <see cref="ChannelSender"/> writes
/// what was sent, <see cref="ChannelReceiver"/> what was received; each field has one writer at a time.
/// </summary>
internal sealed class StreamState
{
    private volatile uint _number;
    private volatile bool _sentEnd = true;
    private volatile bool _receivedEnd = true;
    private volatile bool _sentAbort;
    private volatile bool _sentClose;
    private volatile bool _receivedClose;

    /// <summary>The newest stream, 0 before the first.</summary>
    public uint Number => _number;

    public bool SentEnd { get => _sentEnd; set => _sentEnd = value; }

    public bool ReceivedEnd { get => _receivedEnd; set => _receivedEnd = value; }

    /// <summary>An abort was sent: nothing may follow it.</summary>
    public bool SentAbort { get => _sentAbort; set => _sentAbort = value; }

    public bool SentClose { get => _sentClose; set => _sentClose = value; }

    /// <summary>The peer's close arrived: a responder may answer it.</summary>
    public bool ReceivedClose { get => _receivedClose; set => _receivedClose = value; }

    /// <summary>No stream, or both directions of the newest ended.</summary>
    public bool IsIdle => _sentEnd && _receivedEnd;

    /// <summary>Starts a stream; the channel is idle, so no other direction is at work.</summary>
    public void Begin(uint number)
    {
        _sentEnd = false;
        _receivedEnd = false;
        _number = number;
    }
}
