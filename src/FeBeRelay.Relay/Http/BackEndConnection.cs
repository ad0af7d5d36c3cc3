using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Relay.Http.Parsing;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// A connection to a back end: one open stream on a channel, which carries HTTP exchanges one after another. While idle it listens already for the next
/// answer; what comes then, other than the channel's own records, means that it is over.
/// </summary>
internal sealed class BackEndConnection
{
    /// <summary>Stands in <see cref="_idle"/> while the watch reads what has come.</summary>
    private static readonly Task Looking = new TaskCompletionSource().Task;

    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);

    private readonly RentedChannel _rented;
    private readonly TimeProvider _time;
    private readonly StreamAudit _audit;
    private Task? _fill;
    /// <summary>
    /// The receive in which an idle connection waits; null while it is rented. Not a mere flag: a watch that runs late, when the exchange is done that its
    /// receive was for, must not take the next idle time for its own.
    /// </summary>
    private Task? _idle;
    private bool _ended;
    private int _isEnding;

    /// <param name="rented">A channel with an open stream.</param>
    /// <param name="pool">Where it comes from.</param>
    /// <param name="audit">Is told what becomes of it.</param>
    /// <param name="time">The clock.</param>
    public BackEndConnection(RentedChannel rented, BackEndPool pool, StreamAudit audit, TimeProvider time)
    {
        _rented = rented;
        _audit = audit;
        _time = time;
        Pool = pool;
    }

    /// <summary>The pool that it belongs to.</summary>
    public BackEndPool Pool { get; }

    /// <summary>The channel's id, for logs.</summary>
    public string ChannelId => Channel.Id;

    /// <summary>Bytes received and not used yet; they stand until the next receive.</summary>
    public ReadOnlyMemory<byte> Unread { get; private set; }

    /// <summary>Reads one answer's head after the other.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>It was found to be over while it was idle: the pool forgets it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Is told of every byte, while an exchange with a limit of idleness runs.</summary>
    public ActivityTimer? Activity { get; set; }

    /// <summary>Whether this end has ended its bytes.</summary>
    public bool SentEnd => Channel.SentEnd;

    private SecureChannel Channel => _rented.Channel;

    /// <summary>Sends bytes, sealed where they stand.</summary>
    /// <param name="buffer">Of <see cref="FeBeRelay.Channel.Transport.Buffers.Plaintext"/>.</param>
    /// <param name="start"><see cref="ChannelSender.Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536.</param>
    public ValueTask SendAsync(byte[] buffer, int start, int count)
    {
        Activity?.Touch();
        _audit.Sent(count);
        return Channel.SendDataAsync(buffer, start, count);
    }

    /// <summary>Sends bytes of any number.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Activity?.Touch();
        _audit.Sent(bytes.Length);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Limits.MaxPlaintext)..])
        {
            await Channel.SendDataAsync(bytes[..Math.Min(bytes.Length, Limits.MaxPlaintext)]).ConfigureAwait(false);
        }
    }

    /// <summary>Ends this end's bytes, once: the client's half-close, passed on.</summary>
    public ValueTask EndAsync() => Interlocked.Exchange(ref _isEnding, 1) == 0 ? Channel.EndAsync() : ValueTask.CompletedTask;

    /// <summary>Marks bytes of <see cref="Unread"/> as used.</summary>
    public void Advance(int count) => Unread = Unread[count..];

    /// <summary>Puts the next bytes that come into <see cref="Unread"/>, which must be empty.</summary>
    /// <returns>False at the back end's end.</returns>
    /// <exception cref="ProtocolException">The stream was cut, or the connection.</exception>
    public async ValueTask<bool> ReceiveAsync()
    {
        try
        {
            return await ReceiveDataAsync().ConfigureAwait(false);
        }
        catch (ProtocolException e)
        {
            _audit.Failed(e);
            throw;
        }
    }

    /// <summary>Waits for the next exchange; false where it is over. What came together with the last answer is taken first: nothing announces it any more.</summary>
    /// <param name="lost">Called once if it is over before it is rented: whatever comes until then ends it.</param>
    public bool TryPark(Action<BackEndConnection> lost)
    {
        if (!OnlyChannelRecords() || Channel.IsAskedToClose)
        {
            return false;
        }
        _ = WatchAsync(Wait(), lost);
        return true;
    }

    /// <summary>Takes it for an exchange; false when it is just being looked after, or over.</summary>
    public bool TryRent()
    {
        Task? idle = Volatile.Read(ref _idle);
        return idle is not null && idle != Looking && Interlocked.CompareExchange(ref _idle, null, idle) == idle;
    }

    /// <summary>Whether something has come that nobody has read: on an idle connection mostly its end.</summary>
    public bool HasNews() => _fill is { IsCompleted: true } || Channel.HasNews();

    /// <summary>Cuts the exchange: the back end sees a reset. Never throws.</summary>
    public ValueTask AbortAsync()
    {
        _audit.End("cut");
        return Channel.AbortAsync(ErrorCode.Reset);
    }

    /// <summary>Ends it in order; the channel goes back to its pool if the back end does so too. Never throws.</summary>
    public async Task CloseAsync()
    {
        if (await EndsAsync().ConfigureAwait(false))
        {
            _audit.End("ended");
            _rented.Return();
        }
        else
        {
            await AbortAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> ReceiveDataAsync()
    {
        while (!_ended)
        {
            if (_fill is { } fill)
            {
                _fill = null;
                await fill.ConfigureAwait(false);
            }
            if (!Channel.TryRead(out ReceivedRecord record))
            {
                await Channel.FillAsync().ConfigureAwait(false);
                continue;
            }
            switch (record.Type)
            {
                case RecordType.Data when record.PlaintextLength > 0:
                    Activity?.Touch();
                    Unread = Channel.Plaintext(record);
                    _audit.Received(record.PlaintextLength);
                    return true;
                case RecordType.Data:
                    continue;
                case RecordType.End:
                    _ended = true;
                    break;
                default:
                    throw new ProtocolException(ProtocolError.RefusedByPeer, $"the peer gave the stream up: {record.Code.Name()}", record.Code);
            }
        }
        return false;
    }

    private async Task<bool> EndsAsync()
    {
        using var deadline = new CancellationTokenSource(CloseDeadline, _time);
        // A back end that goes on sending, or says nothing, gets the reset that any server would give it.
        using CancellationTokenRegistration cut = deadline.Token.UnsafeRegister(static self => _ = ((BackEndConnection)self!).AbortAsync().AsTask(), this);
        try
        {
            await EndAsync().ConfigureAwait(false);
            return !await ReceiveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsCut(e))
        {
            // It is over either way.
            return false;
        }
    }

    /// <summary>What a cut connection throws.</summary>
    public static bool IsCut(Exception e) => e is ProtocolException or SocketException or ObjectDisposedException or InvalidOperationException;

    private async Task WatchAsync(Task fill, Action<BackEndConnection> lost)
    {
        while (true)
        {
            bool alive = await IsFilledAsync(fill).ConfigureAwait(false);
            if (Interlocked.CompareExchange(ref _idle, Looking, fill) != fill)
            {
                // Rented: the renter waits for the same bytes.
                return;
            }
            // A peer that drains asks for its channels: the next exchange goes to whoever takes its place.
            if (!alive || !OnlyChannelRecords() || Channel.IsAskedToClose)
            {
                IsLost = true;
                lost(this);
                await (alive ? CloseAsync() : AbortAsync().AsTask()).ConfigureAwait(false);
                return;
            }
            fill = Wait();
        }
    }

    private Task Wait()
    {
        Task fill = _fill = Channel.FillAsync().AsTask();
        Volatile.Write(ref _idle, fill);
        return fill;
    }

    private async Task<bool> IsFilledAsync(Task fill)
    {
        try
        {
            await fill.ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (IsCut(e))
        {
            Note(e);
            return false;
        }
    }

    private void Note(Exception e)
    {
        if (e is ProtocolException violation)
        {
            _audit.Failed(violation);
        }
    }

    /// <summary>Key updates and the like are no news of the back end.</summary>
    private bool OnlyChannelRecords()
    {
        try
        {
            if (!Channel.TryRead(out ReceivedRecord record))
            {
                _fill = null;
                return true;
            }
            _ended = record.Type == RecordType.End;
            _fill = null;
            return false;
        }
        catch (ProtocolException e)
        {
            Note(e);
            return false;
        }
    }
}
