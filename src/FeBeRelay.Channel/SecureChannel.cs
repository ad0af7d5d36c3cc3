using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel;

/// <summary>
/// A channel on its TCP connection: puts what <see cref="ChannelSender"/> seals on the wire in order, and feeds <see cref="ChannelReceiver"/>.
/// One thread reads at a time; any may send, they queue.
/// </summary>
public sealed partial class SecureChannel : IAsyncDisposable
{
    private readonly StreamSocket _socket;
    private readonly ChannelCore _core;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _control = GC.AllocateUninitializedArray<byte>(ChannelSender.UsualControlBytes, pinned: true);
    private readonly Lock _ending = new();
    private Association _association;
    private long _lastUsed;
    private Task? _aborting;
    private bool _isShutDown;
    private int _disposed;

    /// <param name="role">This node's role.</param>
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="core">Keys and state; owned from here on.</param>
    /// <param name="association">Whose channel it is.</param>
    /// <param name="time">The clock of the keys' ages.</param>
    /// <param name="rest">What was received behind the negotiation.</param>
    internal SecureChannel(Role role, StreamSocket socket, ChannelCore core, Association association, TimeProvider time, ReadOnlySpan<byte> rest)
    {
        Role = role;
        _socket = socket;
        _core = core;
        _time = time;
        _association = association;
        Created = time.GetUtcNow();
        LocalEndPoint = (IPEndPoint)socket.Socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.Socket.RemoteEndPoint!;
        if (!rest.IsEmpty)
        {
            _received = Buffers.Records.Rent();
            rest.CopyTo(_received);
            _end = rest.Length;
        }
        Use();
        association.Add(this, default);
    }

    public Role Role { get; }

    /// <summary>Under which its keys were made last: in-band quick mode can move it to a newer one.</summary>
    public Association Association => Volatile.Read(ref _association);

    public DateTimeOffset Created { get; }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>The channel's id, lower-case hexadecimal; both ends have the same.</summary>
    public string Id => Convert.ToHexStringLower(_core.Id);

    /// <summary>Name of the direction that this node sends in.</summary>
    public uint OutboundSpi => _core.Sender.Spi;

    /// <summary>Name of the direction that this node receives.</summary>
    public uint InboundSpi => _core.Receiver.Spi;

    /// <summary>The newest stream, 0 before the first.</summary>
    public uint StreamNumber => _core.Sender.StreamNumber;

    /// <summary>The service of the newest stream, null before the first.</summary>
    public string? Service { get; private set; }

    /// <summary>The relay endpoint of the newest stream, in the words of who carries it. For views, never for decisions.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Whether no stream is open.</summary>
    public bool IsIdle => _core.Sender.IsIdle;

    /// <summary>For how long no stream has been open; zero while one is.</summary>
    public TimeSpan UnusedFor => IsIdle ? Now - TimeSpan.FromTicks(Interlocked.Read(ref _lastUsed)) : TimeSpan.Zero;

    /// <summary>Whether the peer's end of the newest stream was received.</summary>
    public bool ReceivedEnd => _core.Receiver.ReceivedEnd;

    /// <summary>Whether this end's end of the newest stream was sent.</summary>
    public bool SentEnd => _core.Sender.SentEnd;

    /// <summary>The responder has asked that the channel be closed when it is idle (6.4).</summary>
    public bool IsAskedToClose { get; private set; }

    /// <summary>Key updates both ways.</summary>
    public long KeyUpdates => _core.Sender.KeyUpdates + _core.Receiver.KeyUpdates;

    /// <summary>Bytes of plaintext and records, each way. Readable from any thread.</summary>
    public TrafficTotals Totals =>
        new(_core.Sender.TotalBytes, _core.Receiver.TotalBytes, _core.Sender.TotalRecords, _core.Receiver.TotalRecords)
        {
            Rekeys = (ulong)QuickModes,
            KeyUpdates = (ulong)KeyUpdates,
        };

    /// <summary>A responder sends nothing before a record of the initiator opened (3.6).</summary>
    internal bool MaySpeak => Role == Role.Initiator || _core.Receiver.HasOpenedRecord;

    internal TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>The connection that the channel's stream is carried to or from: it waits where the channel does.</summary>
    /// <param name="socket">Connected; owned by what comes back.</param>
    public StreamSocket Beside(Socket socket) => StreamSocket.Of(socket, _socket);

    /// <summary>The same for a connection that is yet to be made.</summary>
    /// <exception cref="SocketException">The name is not known, or no address answers.</exception>
    public Task<StreamSocket> ConnectBesideAsync(EndPoint endPoint, TimeSpan timeout, CancellationToken cancellation) =>
        Dialer.ConnectStreamAsync(endPoint, source: null, _socket, timeout, _time, cancellation);

    /// <summary>Opens the next stream (initiator, idle channel).</summary>
    /// <exception cref="IOException">The channel was parked and cannot be un-parked: nothing was sent.</exception>
    public async ValueTask OpenAsync(StreamOpen open)
    {
        Use();
        Service = open.Service;
        await _sending.WaitAsync().ConfigureAwait(false);
        while (_core.Sender.IsParked)
        {
            _sending.Release();
            if (!await TryWakeAsync(CancellationToken.None).ConfigureAwait(false))
            {
                throw new IOException("the channel cannot be un-parked");
            }
            await _sending.WaitAsync().ConfigureAwait(false);
        }
        await WriteAsync((sender, destination, now) => sender.Open(destination, open, now), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Seals bytes where they stand and sends them in one piece. No allocation, no copy.</summary>
    /// <param name="buffer">Of <see cref="Buffers.Plaintext"/>, or one with the same room around the plaintext.</param>
    /// <param name="start">Where the plaintext starts, <see cref="ChannelSender.Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536 bytes.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendDataAsync(byte[] buffer, int start, int count)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        if (_core.Sender.IsParked)
        {
            await UnparkSendingAsync().ConfigureAwait(false);
        }
        try
        {
            (int first, int length) = _core.Sender.SealData(buffer, start, count, Now);
            await _socket.SendAsync(buffer.AsMemory(first, length), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Seals bytes of the caller's memory into a buffer and sends them in one piece: for who has no room around them.</summary>
    /// <param name="plaintext">1 to 65,536 bytes.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendDataAsync(ReadOnlyMemory<byte> plaintext)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        if (_core.Sender.IsParked)
        {
            await UnparkSendingAsync().ConfigureAwait(false);
        }
        byte[] buffer = Buffers.Plaintext.Rent();
        try
        {
            (int first, int length) = _core.Sender.SealData(plaintext.Span, buffer, ChannelSender.Headroom, Now);
            await _socket.SendAsync(buffer.AsMemory(first, length), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
            Buffers.Plaintext.Return(buffer);
        }
    }

    /// <summary>Ends this end's bytes of the stream.</summary>
    public ValueTask EndAsync()
    {
        Use();
        return SendStreamAsync(static (sender, destination, now) => sender.End(destination, now));
    }

    /// <summary>Updates the sending key now (6.1).</summary>
    public ValueTask UpdateKeyAsync() => SendControlAsync(static (sender, destination, now) => sender.UpdateKey(destination, now));

    /// <summary>Asks the initiator to close (responder, 6.4).</summary>
    public ValueTask AskToCloseAsync() => !MaySpeak ? ValueTask.CompletedTask : SendControlAsync(static (sender, destination, now) => sender.Ask(destination, AskKind.Close, now));

    /// <summary>Confirms the keys of a channel that has nothing to send yet (initiator, 3.6), unless new keys or a park did it first.</summary>
    public ValueTask ConfirmAsync() => SendControlAsync(static (sender, destination, now) => sender.IsConfirmed ? 0 : sender.Confirm(destination, now));

    /// <summary>
    /// Gives the channel up: tells the peer the code, discards what arrives for a while so that the word is not lost in a reset, and lets go.
    /// Never throws.
    /// </summary>
    public ValueTask AbortAsync(ErrorCode code)
    {
        lock (_ending)
        {
            return _disposed != 0 ? ValueTask.CompletedTask : new ValueTask(_aborting ??= AbortOnceAsync(code));
        }
    }

    private async Task AbortOnceAsync(ErrorCode code)
    {
        using var deadline = new CancellationTokenSource(Limits.DiscardDeadline, _time);
        try
        {
            if (MaySpeak)
            {
                await SendControlAsync((sender, destination, now) => sender.Abort(destination, code, now), deadline.Token).ConfigureAwait(false);
            }
            await ShutDownAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or OutOfMemoryException)
        {
            // The peer is gone, or does not read: the reset that follows tells it as much.
        }
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the idle channel authentically (5.7), the initiator's way: close, the responder's close, end of the connection. Never throws.</summary>
    public async ValueTask CloseAsync()
    {
        using var deadline = new CancellationTokenSource(Limits.DiscardDeadline, _time);
        try
        {
            IsClosing = true;
            await FinishExchangeAsync(deadline.Token).ConfigureAwait(false);
            await SendControlAsync(static (sender, destination, now) => sender.Close(destination, now), deadline.Token).ConfigureAwait(false);
            while (await ReadAsync(deadline.Token).ConfigureAwait(false) is { Type: not RecordType.Close })
            {
                // Key updates and asks that crossed the close are without effect.
            }
            await ShutDownAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or ProtocolException or OutOfMemoryException)
        {
            // Both sides have nothing open: an answer that does not come loses nothing.
        }
        LetGoOfBuffer();
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Answers the initiator's close (5.7) and lets go. Never throws.</summary>
    public async ValueTask AnswerCloseAsync()
    {
        using var deadline = new CancellationTokenSource(Limits.DiscardDeadline, _time);
        try
        {
            await SendControlAsync(static (sender, destination, now) => sender.Close(destination, now), deadline.Token).ConfigureAwait(false);
            await ShutDownAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or OutOfMemoryException)
        {
            // The initiator did not wait for the answer.
        }
        LetGoOfBuffer();
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether the beginning of a record is here whose rest is not (behind a <see cref="TryRead"/> that found none).</summary>
    internal bool HasPart => _end > _start;

    /// <summary>Whether something, be it the end of the connection, is there to be received: on an idle channel a reason not to use it.</summary>
    public bool HasNews()
    {
        try
        {
            return _end > _start || _socket.IsReadable();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Ends the connection, with a reset unless it was shut down in order, and zeroes the keys.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _rekeying?.End(new ObjectDisposedException(nameof(SecureChannel)));
            if (!IsIdle)
            {
                Use();
            }
            lock (_ending)
            {
                _association.Remove(this, Totals);
            }
            if (_isShutDown)
            {
                _socket.Dispose();
            }
            else
            {
                _socket.Reset();
            }
            // A receive buffer that is still here is left to the garbage collector: a receive that is being cancelled may write to it.
            _core.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    internal async ValueTask SendControlAsync(ControlWriter write, CancellationToken cancellation = default)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        await WriteAsync(write, cancellation).ConfigureAwait(false);
    }

    /// <summary>A stream begins or ends.</summary>
    private void Use()
    {
        Interlocked.Exchange(ref _lastUsed, Now.Ticks);
        Association.Touch();
    }

    /// <summary>The same for a stream record, which a parked direction does not carry.</summary>
    private async ValueTask SendStreamAsync(ControlWriter write)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        if (_core.Sender.IsParked)
        {
            await UnparkSendingAsync().ConfigureAwait(false);
        }
        await WriteAsync(write, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Writes what there is to write, and lets the next sender in.</summary>
    private async ValueTask WriteAsync(ControlWriter write, CancellationToken cancellation)
    {
        try
        {
            byte[] memory = _core.Sender.ControlBytes > _control.Length ? new byte[ChannelSender.MaxControlBytes] : _control;
            int length = write(_core.Sender, memory, Now);
            if (length > 0)
            {
                await _socket.SendAsync(memory.AsMemory(0, length), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Shuts the sending half and reads to the end of the connection, so that no reset destroys what the peer has not read yet.</summary>
    private async ValueTask ShutDownAsync(CancellationToken cancellation)
    {
        _socket.Socket.Shutdown(SocketShutdown.Send);
        _socket.TakeReceivingOver();
        byte[] discarded = Buffers.Records.Rent();
        try
        {
            while (await _socket.ReceiveAsync(discarded, cancellation).ConfigureAwait(false) > 0)
            {
            }
            _isShutDown = true;
        }
        finally
        {
            Buffers.Records.Return(discarded);
        }
    }

    /// <summary>Writes control records; returns their bytes.</summary>
    internal delegate int ControlWriter(ChannelSender sender, Span<byte> destination, TimeSpan now);
}
