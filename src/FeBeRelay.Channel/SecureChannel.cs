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
public sealed class SecureChannel : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ChannelCore _core;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _control = GC.AllocateUninitializedArray<byte>(ChannelSender.MaxControlBytes, pinned: true);
    private byte[]? _received;
    private int _start;
    private int _end;
    private int _needed;
    private Task? _wait;
    private bool _isShutDown;
    private int _disposed;

    /// <param name="role">This node's role.</param>
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="core">Keys and state; owned from here on.</param>
    /// <param name="association">Whose channel it is.</param>
    /// <param name="time">The clock of the keys' ages.</param>
    /// <param name="rest">What was received behind the negotiation.</param>
    internal SecureChannel(Role role, Socket socket, ChannelCore core, Association association, TimeProvider time, ReadOnlySpan<byte> rest)
    {
        Role = role;
        _socket = socket;
        _core = core;
        _time = time;
        Association = association;
        Created = time.GetUtcNow();
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        if (!rest.IsEmpty)
        {
            _received = Buffers.Records.Rent();
            rest.CopyTo(_received);
            _end = rest.Length;
        }
        association.Add(this);
    }

    public Role Role { get; }

    public Association Association { get; }

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

    /// <summary>Whether no stream is open.</summary>
    public bool IsIdle => _core.Sender.IsIdle;

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
        new(_core.Sender.TotalBytes, _core.Receiver.TotalBytes, _core.Sender.TotalRecords, _core.Receiver.TotalRecords);

    /// <summary>A responder sends nothing before a record of the initiator opened (3.6).</summary>
    private bool MaySpeak => Role == Role.Initiator || _core.Receiver.HasOpenedRecord;

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Opens the next stream (initiator, idle channel).</summary>
    public ValueTask OpenAsync(StreamOpen open)
    {
        Association.Touch();
        return SendControlAsync((sender, destination, now) => sender.Open(destination, open, now));
    }

    /// <summary>Seals bytes where they stand and sends them in one piece. No allocation, no copy.</summary>
    /// <param name="buffer">Of <see cref="Buffers.Plaintext"/>, or one with the same room around the plaintext.</param>
    /// <param name="start">Where the plaintext starts, <see cref="ChannelSender.Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536 bytes.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendDataAsync(byte[] buffer, int start, int count)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            (int first, int length) = _core.Sender.SealData(buffer, start, count, Now);
            await _socket.SendAsync(buffer.AsMemory(first, length)).ConfigureAwait(false);
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
        byte[] buffer = Buffers.Plaintext.Rent();
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            (int first, int length) = _core.Sender.SealData(plaintext.Span, buffer, ChannelSender.Headroom, Now);
            await _socket.SendAsync(buffer.AsMemory(first, length)).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
            Buffers.Plaintext.Return(buffer);
        }
    }

    /// <summary>Ends this end's bytes of the stream.</summary>
    public ValueTask EndAsync() => SendControlAsync(static (sender, destination, now) => sender.End(destination, now));

    /// <summary>Updates the sending key now (6.1).</summary>
    public ValueTask UpdateKeyAsync() => SendControlAsync(static (sender, destination, now) => sender.UpdateKey(destination, now));

    /// <summary>Asks the initiator to close (responder, 6.4).</summary>
    public ValueTask AskToCloseAsync() => !MaySpeak ? ValueTask.CompletedTask : SendControlAsync(static (sender, destination, now) => sender.Ask(destination, AskKind.Close, now));

    /// <summary>Confirms the keys of a channel that has nothing to send yet (initiator, 3.6).</summary>
    public ValueTask ConfirmAsync() => SendControlAsync(static (sender, destination, now) => sender.Confirm(destination, now));

    /// <summary>
    /// Gives the channel up: tells the peer the code, discards what arrives for a while so that the word is not lost in a reset, and lets go.
    /// Never throws.
    /// </summary>
    public async ValueTask AbortAsync(ErrorCode code)
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return;
        }
        using var deadline = new CancellationTokenSource(Limits.DiscardDeadline, _time);
        try
        {
            if (MaySpeak)
            {
                await SendControlAsync((sender, destination, now) => sender.Abort(destination, code, now), deadline.Token).ConfigureAwait(false);
            }
            await ShutDownAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
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
            await SendControlAsync(static (sender, destination, now) => sender.Close(destination, now), deadline.Token).ConfigureAwait(false);
            while (await ReadAsync(deadline.Token).ConfigureAwait(false) is { Type: not RecordType.Close })
            {
                // Key updates and asks that crossed the close are without effect.
            }
            await ShutDownAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or ProtocolException)
        {
            // Both sides have nothing open: an answer that does not come loses nothing.
        }
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
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The initiator did not wait for the answer.
        }
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Opens the next record that is wholly here. Data stands in <see cref="Plaintext"/> until the next call.</summary>
    /// <exception cref="ProtocolException">The peer broke the protocol: the channel is at its end.</exception>
    public bool TryRead(out ReceivedRecord record)
    {
        while (_end > _start)
        {
            _needed = _core.Receiver.Receive(_received.AsSpan(_start, _end - _start), Now, out record);
            if (_needed > 0)
            {
                return false;
            }
            record = record with { PlaintextStart = _start + record.PlaintextStart };
            _start += record.Consumed;
            switch (record.Type)
            {
                case RecordType.KeyUpdate or RecordType.Confirm:
                    continue;
                case RecordType.Ask:
                    IsAskedToClose |= record.Ask == AskKind.Close;
                    continue;
                default:
                    return true;
            }
        }
        _needed = RecordHeader.Size;
        record = default;
        return false;
    }

    /// <summary>The bytes of a data record that <see cref="TryRead"/> just gave.</summary>
    public ReadOnlyMemory<byte> Plaintext(in ReceivedRecord record) => _received.AsMemory(record.PlaintextStart, record.PlaintextLength);

    /// <summary>Receives once, as much as there is.</summary>
    /// <exception cref="ProtocolException">The connection ended without a close: truncation (5.8).</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(CancellationToken cancellation = default)
    {
        if (_wait is { } wait)
        {
            await wait.WaitAsync(cancellation).ConfigureAwait(false);
            _wait = null;
        }
        MakeRoom();
        int count = await _socket.ReceiveAsync(_received.AsMemory(_end), cancellation).ConfigureAwait(false);
        if (count == 0)
        {
            throw new ProtocolException(ProtocolError.Truncated, "the connection ended without a close");
        }
        _end += count;
    }

    /// <summary>The next record, received if need be.</summary>
    public async ValueTask<ReceivedRecord> ReadAsync(CancellationToken cancellation)
    {
        ReceivedRecord record;
        while (!TryRead(out record))
        {
            await FillAsync(cancellation).ConfigureAwait(false);
        }
        return record;
    }

    /// <summary>
    /// Waits until there is something to receive, be it the end of the connection, and holds no buffer meanwhile. A wait that its caller gives up goes
    /// on: the next reader takes it over.
    /// </summary>
    public Task WaitReadableAsync()
    {
        if (_end > _start)
        {
            return Task.CompletedTask;
        }
        if (_wait is null)
        {
            ReturnBuffer();
            _wait = WaitAsync();
        }
        return _wait;
    }

    /// <summary>Whether something, be it the end of the connection, is there to be received: on an idle channel a reason not to use it.</summary>
    internal bool HasNews()
    {
        try
        {
            return _end > _start || _socket.Poll(0, SelectMode.SelectRead);
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
            Association.Remove(this);
            if (_isShutDown)
            {
                _socket.Dispose();
            }
            else
            {
                SocketTuning.Reset(_socket);
            }
            // The receive buffer is left to the garbage collector: a receive that is being cancelled may still write to it.
            _core.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private async Task WaitAsync() => await _socket.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);

    private async ValueTask SendControlAsync(ControlWriter write, CancellationToken cancellation = default)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            int length = write(_core.Sender, _control, Now);
            await _socket.SendAsync(_control.AsMemory(0, length), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Shuts the sending half and reads to the end of the connection, so that no reset destroys what the peer has not read yet.</summary>
    private async ValueTask ShutDownAsync(CancellationToken cancellation)
    {
        _socket.Shutdown(SocketShutdown.Send);
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

    /// <summary>
    /// Room for what is missing of the present record. Only a partial record that would not fit any more is moved to the front, which
    /// records of the largest size never need (see <see cref="Buffers.Records"/>).
    /// </summary>
    [MemberNotNull(nameof(_received))]
    private void MakeRoom()
    {
        _received ??= Buffers.Records.Rent();
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start + Math.Max(_needed, RecordHeader.Size) > _received.Length || _end == _received.Length)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            _end -= _start;
            _start = 0;
        }
    }

    private void ReturnBuffer()
    {
        if (_received is { } buffer)
        {
            _received = null;
            _start = _end = 0;
            Buffers.Records.Return(buffer);
        }
    }

    /// <summary>Writes control records; returns their bytes.</summary>
    private delegate int ControlWriter(ChannelSender sender, Span<byte> destination, TimeSpan now);
}
