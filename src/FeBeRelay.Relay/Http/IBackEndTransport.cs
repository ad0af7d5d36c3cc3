namespace FeBeRelay.Relay.Http;

/// <summary>What stands at the front of what a back end sent.</summary>
internal enum BackEndNews
{
    /// <summary>Nothing is here.</summary>
    None,

    /// <summary>Bytes.</summary>
    Data,

    /// <summary>The back end has ended its bytes.</summary>
    End,
}

/// <summary>
/// What carries the bytes of a back-end connection: a stream of a channel, or a clear connection. One sender and one receiver at a time;
/// <see cref="AbortAsync"/> may come from anywhere.
/// </summary>
internal interface IBackEndTransport
{
    /// <summary>Names it in logs.</summary>
    string Id { get; }

    /// <summary>Whether it is a channel's.</summary>
    bool IsProtected { get; }

    /// <summary>The peer drains and has asked for the channel: it is not kept for another exchange.</summary>
    bool IsAskedToClose { get; }

    /// <summary>Whether this end has ended its bytes.</summary>
    bool SentEnd { get; }

    /// <summary>From now on somebody reads at all times, so that it may be parked when it is quiet: what is sent then waits for new keys among what is received.</summary>
    void ReadSteadily();

    /// <summary>Keeps it from being parked until it is read steadily again; false where it is parked already.</summary>
    ValueTask<bool> TryStayAwakeAsync();

    /// <summary>Begins to un-park it, for who also reads meanwhile; it may have to be repeated.</summary>
    Task UnparkAsync();

    /// <summary>Sends bytes; the buffer's content is not to be used afterwards.</summary>
    /// <param name="buffer">Of <see cref="FeBeRelay.Channel.Transport.Buffers.Plaintext"/>.</param>
    /// <param name="start"><see cref="FeBeRelay.Protocol.Channels.ChannelSender.Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536.</param>
    ValueTask SendAsync(byte[] buffer, int start, int count);

    /// <summary>Sends bytes of any number.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends this end's bytes; called once.</summary>
    ValueTask EndAsync();

    /// <summary>Receives once, as much as there is.</summary>
    ValueTask FillAsync();

    /// <summary>
    /// Waits, behind the back end's end, until more can be received: a channel has records of its own. A wait that is given up goes on and takes nothing, so that
    /// whoever has the channel next may read. Null where nothing can come any more.
    /// </summary>
    Task? WaitBehindEndAsync();

    /// <summary>Takes what is here; the bytes stand until the next <see cref="FillAsync"/>.</summary>
    /// <exception cref="FeBeRelay.Protocol.ProtocolException">The stream was cut.</exception>
    BackEndNews TryTake(out ReadOnlyMemory<byte> data);

    /// <summary>Whether something has come that was not received.</summary>
    bool HasNews();

    /// <summary>Cuts it: the back end sees a reset. Never throws; does nothing the second time.</summary>
    ValueTask AbortAsync();

    /// <summary>Both ends have ended in order.</summary>
    void Return();
}
