using System.Buffers.Binary;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// What one end receives in a channel (clauses 4 to 6): opens records in place and refuses those that the state does not allow.
/// Sans-I/O; one thread at a time. No call allocates for data.
/// </summary>
public sealed class ChannelReceiver : IDisposable
{
    private readonly Role _role;
    private readonly RecordOpener _opener;
    private readonly StreamState _state;
    private readonly InBandExchange _exchange;
    private readonly ControlRation _ration = new();
    private volatile bool _first = true;
    private bool _over;

    internal ChannelReceiver(Role role, RecordOpener opener, StreamState state, InBandExchange exchange)
    {
        _role = role;
        _opener = opener;
        _state = state;
        _exchange = exchange;
    }

    /// <summary>The direction's name (clause 3.3).</summary>
    public uint Spi => _opener.Spi;

    /// <summary>Records received. Readable from any thread.</summary>
    public ulong TotalRecords => _opener.TotalRecords;

    /// <summary>Bytes of plaintext received. Readable from any thread.</summary>
    public ulong TotalBytes => _opener.TotalBytes;

    /// <summary>Key updates received. Readable from any thread.</summary>
    public long KeyUpdates => _opener.Updates;

    /// <summary>Whether the peer has parked its direction (clause 6.2).</summary>
    public bool IsParked => _opener.IsParked;

    /// <summary>Whether any record has opened: before that a responder sends nothing (clause 3.6).</summary>
    public bool HasOpenedRecord => !_first;

    /// <summary>Whether the peer's end of the newest stream has arrived, or there is no stream.</summary>
    public bool ReceivedEnd => _state.ReceivedEnd;

    /// <summary>Opens the first record of <paramref name="buffer"/>, if all of it is there.</summary>
    /// <param name="buffer">Received bytes; the record is decrypted in place.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="record">What was opened.</param>
    /// <returns>0, or how many bytes the record has in all when it is not complete yet (5 when not even the header is).</returns>
    /// <exception cref="ProtocolException">The peer broke the protocol: the channel is at its end.</exception>
    public int Receive(Span<byte> buffer, TimeSpan now, out ReceivedRecord record)
    {
        record = default;
        if (!RecordHeader.TryRead(buffer, out RecordHeader header))
        {
            return RecordHeader.Size;
        }
        if (buffer.Length < header.RecordLength)
        {
            return header.RecordLength;
        }
        RequireAllowed(header.Type);
        Span<byte> whole = buffer[..header.RecordLength];
        _opener.Open(header, whole);
        record = Take(header, whole[RecordHeader.Size..^Limits.TagSize], now);
        _first = false;
        if (_exchange.IsOutstanding)
        {
            _exchange.Heard(now);
        }
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _opener.Dispose();

    internal void Rest() => _opener.Rest();

    /// <summary>Types that the peer's role may send at all, and that do not come behind its last record.</summary>
    private void RequireAllowed(RecordType type)
    {
        bool allowed = type switch
        {
            RecordType.Data or RecordType.End or RecordType.Abort or RecordType.KeyUpdate => true,
            RecordType.Open => _role == Role.Responder,
            RecordType.Confirm => _role == Role.Responder && _first,
            RecordType.Ask => _role == Role.Initiator,
            RecordType.Close => _role == Role.Responder ? !_exchange.IsOutstanding : _state.SentClose,
            _ => _exchange.Expects(type),
        };
        if (!allowed || _over)
        {
            throw Unexpected(type);
        }
        if (_opener.IsParked && (RecordTypes.IsStreamRecord(type) || type == RecordType.KeyUpdate))
        {
            throw new ProtocolException(ProtocolError.UnexpectedMessage, $"{type} under a parked epoch");
        }
    }

    private ReceivedRecord Take(RecordHeader header, ReadOnlySpan<byte> plaintext, TimeSpan now)
    {
        var record = new ReceivedRecord(header.Type, header.RecordLength, RecordHeader.Size, plaintext.Length);
        if (RecordTypes.IsStreamRecord(header.Type))
        {
            _ration.Earn();
        }
        switch (header.Type)
        {
            case RecordType.Data:
                RequireStream(plaintext.Length > 0, header.Type);
                return record;
            case RecordType.Open:
                return record with { Open = TakeOpen(plaintext) };
            case RecordType.End:
                RequireStream(plaintext.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(plaintext) == _state.Number, header.Type);
                _state.ReceivedEnd = true;
                return record;
            case RecordType.Abort:
                return TakeAbort(record, plaintext);
            case RecordType.Close:
                RequireEmpty(plaintext, header.Type);
                return TakeClose(record);
            case RecordType.Confirm:
                RequireEmpty(plaintext, header.Type);
                return record;
            case RecordType.KeyUpdate:
                TakeKeyUpdate(plaintext, now);
                return record;
            case RecordType.Ask:
                RequireRation(now, header.Type);
                return record with { Ask = TakeAsk(plaintext) };
            default:
                RequireRation(now, header.Type);
                TakeExchange(header.Type, plaintext);
                return record;
        }
    }

    private StreamOpen TakeOpen(ReadOnlySpan<byte> plaintext)
    {
        StreamOpen open = StreamOpen.Decode(plaintext);
        if (!_state.IsIdle || open.Number != _state.Number + 1)
        {
            throw new ProtocolException(ProtocolError.UnexpectedMessage, $"open of stream {open.Number} while stream {_state.Number} is not over, or out of turn");
        }
        _state.Begin(open.Number);
        return open;
    }

    private ReceivedRecord TakeAbort(ReceivedRecord record, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length != 5 || !ErrorCodes.IsDefined(plaintext[4]))
        {
            throw WireReader.Bad("abort is not of its form");
        }
        uint number = BinaryPrimitives.ReadUInt32BigEndian(plaintext);
        // The initiator names its newest stream; the responder that or, where it did not act on that open, the one before (clause 5.6).
        uint newest = _state.Number;
        bool notActedOn = _role == Role.Initiator && newest > 0 && number == newest - 1;
        if (number != newest && !notActedOn)
        {
            throw new ProtocolException(ProtocolError.UnexpectedMessage, $"abort of stream {number} where the newest is {newest}");
        }
        _over = true;
        return record with { Number = number, Code = (ErrorCode)plaintext[4] };
    }

    private ReceivedRecord TakeClose(ReceivedRecord record)
    {
        if (!_state.IsIdle)
        {
            throw new ProtocolException(ProtocolError.Truncated, $"close while stream {_state.Number} is open");
        }
        _over = true;
        _state.ReceivedClose = true;
        return record;
    }

    private void TakeKeyUpdate(ReadOnlySpan<byte> plaintext, TimeSpan now)
    {
        if (plaintext.Length != 1 || plaintext[0] > 1)
        {
            throw WireReader.Bad("key update is not of its form");
        }
        RequireRation(now, RecordType.KeyUpdate);
        _opener.Update(park: plaintext[0] == 1);
    }

    private AskKind TakeAsk(ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length != 1 || plaintext[0] is < (byte)AskKind.Keys or > (byte)AskKind.Close)
        {
            throw WireReader.Bad("ask is not of its form");
        }
        var kind = (AskKind)plaintext[0];
        if (kind != AskKind.Close)
        {
            ((InitiatorExchange)_exchange).AskReceived(kind, closing: _state.SentClose);
        }
        return kind;
    }

    /// <summary>Moves the exchange on. What takes public-key work, M1 and its answer, is left to the caller.</summary>
    private void TakeExchange(RecordType type, ReadOnlySpan<byte> plaintext)
    {
        switch (_exchange)
        {
            case InitiatorExchange initiator when type == RecordType.Switch:
                RequireEmpty(plaintext, type);
                initiator.SwitchReceived(_opener);
                break;
            case InitiatorExchange initiator:
                initiator.AnswerReceived(type);
                break;
            case ResponderExchange responder when type == RecordType.Switch:
                responder.SwitchReceived(_opener, plaintext);
                break;
            case ResponderExchange responder:
                responder.RequestReceived();
                break;
        }
    }

    private void RequireStream(bool form, RecordType type)
    {
        if (!form)
        {
            throw WireReader.Bad($"{type} is not of its form");
        }
        if (_state.ReceivedEnd)
        {
            throw Unexpected(type);
        }
    }

    private static void RequireEmpty(ReadOnlySpan<byte> plaintext, RecordType type)
    {
        if (!plaintext.IsEmpty)
        {
            throw WireReader.Bad($"{type} is not empty");
        }
    }

    internal bool IsControlScarce(TimeSpan now) => _ration.IsScarce(now);

    private void RequireRation(TimeSpan now, RecordType type)
    {
        if (!_ration.TryTake(now))
        {
            throw new ProtocolException(ProtocolError.LimitReached, $"{type} beyond the ration of control records");
        }
    }

    private ProtocolException Unexpected(RecordType type) =>
        new(ProtocolError.UnexpectedMessage, $"{type} is not allowed now (stream {_state.Number}, peer's end received {_state.ReceivedEnd}, exchange {_exchange.Phase})");
}
