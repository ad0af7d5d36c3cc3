using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Http.Parsing;
using FeBeRelay.Relay.Policies.Outbound;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// A connection to a back end, protected or clear, which carries HTTP exchanges one after another. While idle it listens already for the next answer;
/// what comes then, other than a channel's own records, means that it is over.
/// </summary>
internal sealed class BackEndConnection
{
    /// <summary>Stands in <see cref="_idle"/> while the watch reads what has come.</summary>
    private static readonly TaskCompletionSource Looking = new();

    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);

    private readonly IBackEndTransport _transport;
    private readonly TimeProvider _time;
    private Task? _fill;

    /// <summary>
    /// The receive in which an idle connection waits; null while it is rented. Not a mere flag: a watch that runs late, when the exchange is done that its
    /// receive was for, must not take the next idle time for its own. The watch alone waits for the receive, and completes this for who has rented: of two who
    /// wait for one task the runtime sends one to the thread pool.
    /// </summary>
    private TaskCompletionSource? _idle;
    private bool _ended;
    private int _isEnding;
    private long _idleSince;

    /// <param name="transport">What carries its bytes.</param>
    /// <param name="path">The way that policy had for it when it was made.</param>
    /// <param name="pool">Where it comes from.</param>
    /// <param name="time">The clock.</param>
    public BackEndConnection(IBackEndTransport transport, OutboundPath path, BackEndPool pool, TimeProvider time)
    {
        _transport = transport;
        _time = time;
        Path = path;
        Pool = pool;
    }

    /// <summary>The pool that it belongs to.</summary>
    public BackEndPool Pool { get; }

    /// <summary>The way that policy had for it when it was made.</summary>
    public OutboundPath Path { get; }

    /// <summary>Whether its bytes go through a channel. It stays what it is.</summary>
    public bool IsProtected => _transport.IsProtected;

    /// <summary>Whether it has waited for an exchange before: its end may be on the way already.</summary>
    public bool WasIdle { get; private set; }

    /// <summary>How long it has waited, if it does.</summary>
    public TimeSpan IdleFor => _time.GetElapsedTime(_idleSince);

    /// <summary>The channel's id, or where it goes clear; for logs.</summary>
    public string Id => _transport.Id;

    /// <summary>Bytes received and not used yet; they stand until the next receive.</summary>
    public ReadOnlyMemory<byte> Unread { get; private set; }

    /// <summary>Reads one answer's head after the other.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>It was found to be over while it was idle: the pool forgets it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Is told of every byte, while an exchange with a limit of idleness runs.</summary>
    public ActivityTimer? Activity { get; set; }

    /// <summary>Whether this end has ended its bytes.</summary>
    public bool SentEnd => _transport.SentEnd;

    /// <summary>Sends bytes, which are not to be used afterwards: a channel seals them where they stand.</summary>
    /// <param name="buffer">Of <see cref="FeBeRelay.Channel.Transport.Buffers.Plaintext"/>.</param>
    /// <param name="start"><see cref="FeBeRelay.Protocol.Channels.ChannelSender.Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536.</param>
    public ValueTask SendAsync(byte[] buffer, int start, int count)
    {
        Activity?.Touch();
        return _transport.SendAsync(buffer, start, count);
    }

    /// <summary>Sends bytes of any number.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Activity?.Touch();
        return _transport.SendAsync(bytes);
    }

    /// <summary>Ends this end's bytes, once: the client's half-close, passed on.</summary>
    public ValueTask EndAsync() => Interlocked.Exchange(ref _isEnding, 1) == 0 ? _transport.EndAsync() : ValueTask.CompletedTask;

    /// <summary>Marks bytes of <see cref="Unread"/> as used.</summary>
    public void Advance(int count) => Unread = Unread[count..];

    /// <summary>Puts the next bytes that come into <see cref="Unread"/>, which must be empty.</summary>
    /// <returns>False at the back end's end.</returns>
    /// <exception cref="ProtocolException">The stream was cut, or the connection.</exception>
    public async ValueTask<bool> ReceiveAsync()
    {
        while (!_ended)
        {
            if (_fill is { } fill)
            {
                _fill = null;
                await fill.ConfigureAwait(false);
            }
            BackEndNews news = _transport.TryTake(out ReadOnlyMemory<byte> data);
            if (news == BackEndNews.Data)
            {
                Activity?.Touch();
                Unread = data;
                return true;
            }
            if (news == BackEndNews.None)
            {
                await _transport.FillAsync().ConfigureAwait(false);
            }
            _ended = news == BackEndNews.End;
        }
        return false;
    }

    /// <summary>Waits for the next exchange; false where it is over. What came together with the last answer is taken first: nothing announces it any more.</summary>
    /// <param name="lost">Called once if it is over before it is rented: whatever comes until then ends it.</param>
    public bool TryPark(Action<BackEndConnection> lost)
    {
        // A receive that still waits has nothing yet.
        if ((_fill is null && !IsStillQuiet()) || _transport.IsAskedToClose)
        {
            return false;
        }
        ReadSteadily();
        WasIdle = true;
        _idleSince = _time.GetTimestamp();
        _ = WatchAsync(lost);
        return true;
    }

    /// <summary>Takes it for an exchange; false when it is just being looked after, or over.</summary>
    public bool TryRent()
    {
        TaskCompletionSource? idle = Volatile.Read(ref _idle);
        return idle is not null && idle != Looking && Interlocked.CompareExchange(ref _idle, null, idle) == idle;
    }

    /// <summary>From now on somebody reads while it is sent on: a channel that is quiet may be parked (docs/protocol.md 6.2), until <see cref="TryWakeAsync"/>.</summary>
    public void ReadSteadily() => _transport.ReadSteadily();

    /// <summary>Gets a rented connection, whose channel may have been parked while it was idle, ready for an exchange; false where it is over: nothing was sent.</summary>
    public async ValueTask<bool> TryWakeAsync(CancellationToken cancellation)
    {
        try
        {
            while (!await _transport.TryStayAwakeAsync().ConfigureAwait(false))
            {
                if (!await AttendAsync(_transport.UnparkAsync().WaitAsync(cancellation)).ConfigureAwait(false) || _ended)
                {
                    return false;
                }
            }
            return true;
        }
        catch (Exception e) when (IsCut(e))
        {
            return false;
        }
    }

    /// <summary>
    /// Waits for something that is being sent while nobody waits for the back end, and takes what comes: among it are the new keys without which a parked
    /// channel sends nothing.
    /// </summary>
    /// <returns>False where bytes of the back end came, too. Nobody gets them.</returns>
    public async Task<bool> AttendAsync(Task sending)
    {
        bool quiet = Unread.IsEmpty;
        Unread = default;
        try
        {
            while (!sending.IsCompleted)
            {
                quiet &= _fill is not null || TryDiscard();
                if (!_ended)
                {
                    await FillUnlessDoneAsync(sending).ConfigureAwait(false);
                }
                else if (!await TryFillBehindEndAsync(sending).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (IsCut(e))
        {
            await AbortAsync().ConfigureAwait(false);
        }
        await sending.ConfigureAwait(false);
        return quiet;
    }

    /// <summary>A receive that is under way when the bytes have been sent is left to who reads next.</summary>
    private async Task FillUnlessDoneAsync(Task sending)
    {
        Task fill = _fill ??= _transport.FillAsync().AsTask();
        if (await Task.WhenAny(sending, fill).ConfigureAwait(false) == fill)
        {
            _fill = null;
            await fill.ConfigureAwait(false);
        }
    }

    /// <summary>The same where nobody reads next: the channel goes back to its pool, and must not have a receive under way. False where nothing can come.</summary>
    private async Task<bool> TryFillBehindEndAsync(Task sending)
    {
        Task? news = _transport.WaitBehindEndAsync();
        if (news is not null && await Task.WhenAny(sending, news).ConfigureAwait(false) == news)
        {
            await _transport.FillAsync().ConfigureAwait(false);
        }
        return news is not null;
    }

    /// <summary>Takes it out of its pool for good, to close it; false as <see cref="TryRent"/>.</summary>
    public bool TryTakeOut()
    {
        bool taken = TryRent();
        IsLost |= taken;
        return taken;
    }

    /// <summary>Whether something has come that nobody has read: on an idle connection mostly its end.</summary>
    public bool HasNews() => _fill is { IsCompleted: true } || _transport.HasNews();

    /// <summary>Cuts the exchange: the back end sees a reset. Never throws.</summary>
    public ValueTask AbortAsync() => _transport.AbortAsync();

    /// <summary>Ends it in order; the channel goes back to its pool if the back end does so too. Never throws.</summary>
    public async Task CloseAsync()
    {
        if (await EndsAsync().ConfigureAwait(false))
        {
            _transport.Return();
        }
        else
        {
            await AbortAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> EndsAsync()
    {
        using var deadline = new CancellationTokenSource(CloseDeadline, _time);
        // A back end that goes on sending, or says nothing, gets the reset that any server would give it.
        using CancellationTokenRegistration cut = deadline.Token.UnsafeRegister(static self => _ = ((BackEndConnection)self!).AbortAsync().AsTask(), this);
        try
        {
            Unread = default;
            return await AttendAsync(EndAsync().AsTask()).ConfigureAwait(false) && !await ReceiveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsCut(e))
        {
            // It is over either way.
            return false;
        }
    }

    /// <summary>What a cut connection throws.</summary>
    public static bool IsCut(Exception e) => e is ProtocolException or SocketException or ObjectDisposedException or InvalidOperationException;

    private async Task WatchAsync(Action<BackEndConnection> lost)
    {
        while (true)
        {
            ValueTask fill = _fill is { } begun ? new ValueTask(begun) : _transport.FillAsync();
            var idle = new TaskCompletionSource();
            _fill = idle.Task;
            Volatile.Write(ref _idle, idle);
            Exception? cut = await CutOfAsync(fill).ConfigureAwait(false);
            if (Interlocked.CompareExchange(ref _idle, Looking, idle) != idle)
            {
                HandOver(idle, cut);
                return;
            }
            // A peer that drains asks for its channels: the next exchange goes to whoever takes its place.
            if (cut is not null || !IsStillQuiet() || _transport.IsAskedToClose)
            {
                IsLost = true;
                lost(this);
                await (cut is null ? CloseAsync() : AbortAsync().AsTask()).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>Who has rented it goes on from here, on this thread.</summary>
    private static void HandOver(TaskCompletionSource idle, Exception? cut)
    {
        if (cut is null)
        {
            idle.SetResult();
            return;
        }
        idle.SetException(cut);
        // An exchange that was cut meanwhile does not look at it any more.
        _ = idle.Task.Exception;
    }

    /// <summary>What a receive failed of, whatever it is: somebody may wait for it.</summary>
    private static async ValueTask<Exception?> CutOfAsync(ValueTask fill)
    {
        try
        {
            await fill.ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Drops what is here; false where there was something.</summary>
    private bool TryDiscard()
    {
        bool quiet = true;
        BackEndNews news;
        while ((news = _transport.TryTake(out _)) == BackEndNews.Data)
        {
            quiet = false;
        }
        _ended |= news == BackEndNews.End;
        return quiet;
    }

    /// <summary>Whether nothing of the back end has come.</summary>
    private bool IsStillQuiet()
    {
        try
        {
            _fill = null;
            BackEndNews news = _transport.TryTake(out _);
            _ended = news == BackEndNews.End;
            return news == BackEndNews.None;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }
}
