using System.Threading.Tasks.Sources;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// Whether one direction of a socket can go on, as the event loop has told; awaited by one at a time. Without allocation. The loop's thread goes on with who waits.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    // Nothing is known of a new socket: the first call tries.
    private volatile State _state = State.Ready;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private int _isTaken;

    private enum State
    {
        Idle,
        Ready,
        Awaited,
        Closed,
    }

    /// <summary>Whether a call is worth trying.</summary>
    public bool IsReady => _state is State.Ready or State.Closed;

    /// <summary>Before a call that may use up what there is: what the loop tells from here on is news.</summary>
    public void Clear() => Interlocked.CompareExchange(ref _state, State.Idle, State.Ready);

    /// <summary>There is more.</summary>
    public void Set() => Interlocked.CompareExchange(ref _state, State.Ready, State.Idle);

    /// <summary>Waits for the loop's word.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up: nothing was received or sent.</exception>
    /// <exception cref="InvalidOperationException">Somebody else waits.</exception>
    public ValueTask WaitAsync(CancellationToken cancellation)
    {
        if (IsReady)
        {
            return ValueTask.CompletedTask;
        }
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            throw new InvalidOperationException("one at a time waits for a socket's direction");
        }
        _source.Reset();
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation;
            _registration = cancellation.UnsafeRegister(static self => ((Readiness)self!).Cancel(), this);
        }
        if (Interlocked.CompareExchange(ref _state, State.Awaited, State.Idle) != State.Idle)
        {
            Leave();
            return ValueTask.CompletedTask;
        }
        if (cancellation.IsCancellationRequested)
        {
            // It came between registration and wait, and found nobody.
            Cancel();
        }
        return new ValueTask(this, _source.Version);
    }

    /// <summary>The loop's word.</summary>
    public void Signal()
    {
        State before = Interlocked.CompareExchange(ref _state, State.Ready, State.Awaited);
        if (before == State.Awaited)
        {
            _source.RunContinuationsAsynchronously = false;
            _source.SetResult(true);
        }
        else if (before == State.Idle && Interlocked.CompareExchange(ref _state, State.Ready, State.Idle) == State.Awaited)
        {
            // Who waits came between the two.
            Signal();
        }
    }

    /// <summary>The socket is closed, or another reads it: who waits is told, on the thread pool.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, State.Closed) == State.Awaited)
        {
            _source.RunContinuationsAsynchronously = true;
            _source.SetException(new ObjectDisposedException(nameof(StreamSocket)));
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            Leave();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Leave()
    {
        // A cancellation that is under way elsewhere is waited for: it must not meet the next wait.
        _registration.Dispose();
        _registration = default;
        // Its source would be kept for as long as the connection lives.
        _cancellation = default;
        Volatile.Write(ref _isTaken, 0);
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, State.Idle, State.Awaited) == State.Awaited)
        {
            _source.RunContinuationsAsynchronously = true;
            _source.SetException(new OperationCanceledException(_cancellation));
        }
    }
}
