using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// Waits on an event loop. It knows when there is nothing to receive: a receive that did not fill its buffer has taken all (epoll(7), question 9), and so the next
/// one waits at once instead of trying in vain, and holds no buffer while it does.
/// </summary>
internal sealed class LoopStreamSocket : StreamSocket, IEventTarget
{
    // Who always has more to receive lets the loop's others have their turn after so many full buffers.
    private const int FullInARow = 8;

    private const uint Events = LinuxSocket.Readable | LinuxSocket.Urgent | LinuxSocket.Writable | LinuxSocket.PeerEnded | LinuxSocket.EdgeTriggered;

    private volatile Readiness _readable = new();
    // Most never wait for room.
    private volatile Readiness? _writable;
    private volatile bool _mayStopShort;
    private int _isAdded;
    private int _full;

    public LoopStreamSocket(Socket socket, EventLoop loop)
        : base(socket)
    {
        Loop = loop;
        Handle = socket.SafeHandle;
        Serial = loop.NextSerial();
        Descriptor = (int)Handle.DangerousGetHandle();
    }

    /// <summary>Where it waits.</summary>
    public EventLoop Loop { get; }

    /// <inheritdoc/>
    public SafeHandle Handle { get; }

    /// <inheritdoc/>
    public uint Serial { get; }

    /// <inheritdoc/>
    public int Descriptor { get; }

    /// <inheritdoc/>
    public override bool IsDrained => !_readable.IsReady;

    /// <inheritdoc/>
    public override bool WaitsWithBuffer => false;

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveIfAnyAsync(Memory<byte> buffer, CancellationToken lull) => new(Receive(buffer.Span));

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        while (true)
        {
            if (IsDrained)
            {
                await WaitReadableAsync(cancellation).ConfigureAwait(false);
            }
            int count = Receive(buffer.Span);
            if (count != Nothing)
            {
                return count;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync(CancellationToken cancellation)
    {
        BeAdded();
        return _readable.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public override bool IsReadable()
    {
        _readable.Clear();
        bool isReadable = Socket.Poll(0, SelectMode.SelectRead);
        if (isReadable)
        {
            _readable.Set();
        }
        return isReadable;
    }

    /// <inheritdoc/>
    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        int sent = Send(bytes.Span);
        return sent == bytes.Length ? ValueTask.CompletedTask : SendRestAsync(bytes[sent..], cancellation);
    }

    /// <inheritdoc/>
    public override void TakeReceivingOver()
    {
        Readiness before = _readable;
        _readable = new Readiness();
        before.Close();
    }

    /// <inheritdoc/>
    public void Tell(uint events)
    {
        bool isOver = (events & (LinuxSocket.PeerEnded | LinuxSocket.HungUp | LinuxSocket.Failed)) != 0;
        if (isOver || (events & LinuxSocket.Urgent) != 0)
        {
            // The end is not told again, though what stands in front of it is received first; and a receive stops at an urgent byte, whatever is behind it.
            _mayStopShort = true;
        }
        if (isOver || (events & LinuxSocket.Readable) != 0)
        {
            _readable.Signal();
        }
        if ((events & (LinuxSocket.Writable | LinuxSocket.HungUp | LinuxSocket.Failed)) != 0)
        {
            _writable?.Signal();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Loop.Remove(this);
        _readable.Close();
        _writable?.Close();
    }

    private void BeAdded()
    {
        if (Volatile.Read(ref _isAdded) != 0 || Interlocked.Exchange(ref _isAdded, 1) != 0)
        {
            return;
        }
        try
        {
            Loop.Add(this, Events);
        }
        catch
        {
            // Who waits next tries again, instead of waiting for what never comes.
            Volatile.Write(ref _isAdded, 0);
            throw;
        }
    }

    private int Receive(Span<byte> buffer)
    {
        _readable.Clear();
        nint count = LinuxSocket.Receive(Handle, ref MemoryMarshal.GetReference(buffer), buffer.Length, LinuxSocket.DoNotWait);
        if (count < 0)
        {
            int error = LinuxError.Last;
            return error == LinuxError.TryAgain ? Nothing : throw LinuxError.Exception(error);
        }
        LookAhead((int)count == buffer.Length);
        return (int)count;
    }

    private void LookAhead(bool isFull)
    {
        if (isFull && ++_full >= FullInARow && Volatile.Read(ref _isAdded) != 0)
        {
            Loop.Repeat(this, Events);
            _full = 0;
        }
        else if (isFull || _mayStopShort)
        {
            _readable.Set();
        }
        else
        {
            _full = 0;
        }
    }

    /// <summary>Bytes sent; 0 where there is no room.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        nint sent = LinuxSocket.Send(Handle, ref MemoryMarshal.GetReference(bytes), bytes.Length, LinuxSocket.DoNotWait | LinuxSocket.NoSignal);
        if (sent >= 0)
        {
            return (int)sent;
        }
        int error = LinuxError.Last;
        return error == LinuxError.TryAgain ? 0 : throw LinuxError.Exception(error);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        BeAdded();
        Readiness writable = _writable ??= new Readiness();
        while (!bytes.IsEmpty)
        {
            writable.Clear();
            int sent = Send(bytes.Span);
            if (sent == 0)
            {
                await writable.WaitAsync(cancellation).ConfigureAwait(false);
            }
            bytes = bytes[sent..];
        }
    }
}
