using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Channel;

/// <content>What a channel receives: one reader at a time.</content>
public sealed partial class SecureChannel
{
    private byte[]? _received;
    private int _start;
    private int _end;
    private int _needed;
    private Task? _wait;
    private long _fills;
    private volatile bool _isFilling;

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
                    Rekeying.Asked();
                    continue;
                case RecordType.QuickModeRequest or RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown or RecordType.Switch:
                    Rekeying.Take(record.Type, Plaintext(record).ToArray());
                    continue;
                case RecordType.Open:
                    Service = record.Open!.Service;
                    Use();
                    return true;
                case RecordType.End:
                    Use();
                    return true;
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

    /// <summary>Receives once, as much as there is. Waits without a buffer where the channel becomes quiet, or very many wait.</summary>
    /// <exception cref="ProtocolException">The connection ended without a close: truncation (5.8).</exception>
    /// <exception cref="InvalidOperationException">Somebody else receives: two would take each other's records, and one the other's buffer.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(CancellationToken cancellation = default)
    {
        BeAlone();
        _fills++;
        _isFilling = true;
        try
        {
            // A part of a record keeps its buffer, and who brings a token of his own does not wait long.
            bool mayLetGo = _start == _end && !cancellation.CanBeCanceled;
            bool waits = _wait is not null || (mayLetGo && _socket.IsDrained);
            int count = StreamSocket.Nothing;
            while (count == StreamSocket.Nothing)
            {
                if (waits)
                {
                    await WaitWithoutBufferAsync(cancellation).ConfigureAwait(false);
                }
                MakeRoom();
                count = mayLetGo
                    ? await _socket.ReceiveIfAnyAsync(_received.AsMemory(_end), _socket.WaitsWithBuffer ? Lull : default).ConfigureAwait(false)
                    : await _socket.ReceiveAsync(_received.AsMemory(_end), cancellation).ConfigureAwait(false);
                waits = true;
            }
            _end += count > 0 ? count : throw new ProtocolException(ProtocolError.Truncated, "the connection ended without a close");
        }
        finally
        {
            _isFilling = false;
        }
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
    /// <exception cref="InvalidOperationException">Somebody else receives.</exception>
    public Task WaitReadableAsync()
    {
        BeAlone();
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

    /// <summary>An event may be one whose bytes were received before: who then believed it would wait in a real receive, which nothing but bytes ends.</summary>
    private async Task WaitAsync()
    {
        do
        {
            await _socket.WaitReadableAsync(CancellationToken.None).ConfigureAwait(false);
        }
        while (!_socket.IsReadable());
    }

    /// <summary>The reader's own wait, in front of a receive.</summary>
    private ValueTask WaitWithoutBufferAsync(CancellationToken cancellation)
    {
        if (_start == _end)
        {
            ReturnBuffer();
        }
        return _wait is { } begun ? TakeOverAsync(begun, cancellation) : _socket.WaitReadableAsync(cancellation);
    }

    private async ValueTask TakeOverAsync(Task begun, CancellationToken cancellation)
    {
        await begun.WaitAsync(cancellation).ConfigureAwait(false);
        _wait = null;
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

    private void BeAlone()
    {
        if (_isFilling)
        {
            throw new InvalidOperationException("a channel has one reader at a time");
        }
    }

    /// <summary>For who closes the channel as its only reader: a pinned buffer for each would have every collection be a full one.</summary>
    private void LetGoOfBuffer()
    {
        if (!_isFilling)
        {
            ReturnBuffer();
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
}
