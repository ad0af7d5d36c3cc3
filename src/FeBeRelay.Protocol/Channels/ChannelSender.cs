using System.Buffers.Binary;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// What one end sends in a channel (clauses 4 to 6): keeps the order of records lawful and seals them. Sans-I/O: it writes records into the
/// caller's memory. One thread at a time, the one that also puts the bytes on the wire in the same order.
/// </summary>
/// <remarks>
/// A data record is sealed where its plaintext stands. The caller leaves room around it:
/// <code>
///  +----------+--------+-----------------+-----+------------+
///  | headroom | header | plaintext 1-64K | tag |  tailroom  |
///  +----------+--------+-----------------+-----+------------+
/// </code>
/// so that an open or a key update can stand in front, an end behind, and all leave in one send.
/// </remarks>
public sealed class ChannelSender : IDisposable
{
    /// <summary>Bytes to leave free in front of a data record's plaintext: a key update or a responder's switch, an open, and the header.</summary>
    public const int Headroom = KeyUpdateSize + OpenMaxSize + RecordHeader.Size;

    /// <summary>Bytes to leave free behind a data record's plaintext: its tag, a key update and an end.</summary>
    public const int Tailroom = Limits.TagSize + KeyUpdateSize + EndSize;

    /// <summary>Most bytes that any method but <c>SealData</c> writes.</summary>
    public const int MaxControlBytes = KeyUpdateSize + Overhead + QuickModeRequest.MaxSize;

    /// <summary>The same while there is neither M1 nor M2 to be sent, whose shares can be long.</summary>
    public const int UsualControlBytes = KeyUpdateSize + OpenMaxSize;

    private const int Overhead = RecordHeader.Size + Limits.TagSize;
    private const int KeyUpdateSize = Overhead + 1;
    private const int ResponderSwitchSize = Overhead;
    private const int EndSize = Overhead + 4;
    private const int OpenMaxSize = Overhead + StreamOpen.MaxSize;

    private readonly RecordSealer _sealer;
    private readonly StreamState _state;
    private readonly InBandExchange _exchange;

    // As the receiver counts it.
    private readonly ControlRation _ration = new();
    private long _lastStreamRecord = -1;

    internal ChannelSender(Role role, RecordSealer sealer, StreamState state, InBandExchange exchange)
    {
        Role = role;
        _sealer = sealer;
        _state = state;
        _exchange = exchange;
        IsConfirmed = role == Role.Responder;
    }

    /// <summary>This end's role.</summary>
    public Role Role { get; }

    /// <summary>The direction's name (clause 3.3).</summary>
    public uint Spi => _sealer.Spi;

    /// <summary>Most bytes that the next call writes, but for <c>SealData</c>: <see cref="UsualControlBytes"/> or <see cref="MaxControlBytes"/>.</summary>
    public int ControlBytes => _exchange.Phase is ExchangePhase.RequestMade or ExchangePhase.AnswerMade ? MaxControlBytes : UsualControlBytes;

    /// <summary>Records sent. Readable from any thread.</summary>
    public ulong TotalRecords => _sealer.TotalRecords;

    /// <summary>Bytes of plaintext sent. Readable from any thread.</summary>
    public ulong TotalBytes => _sealer.TotalBytes;

    /// <summary>Key updates sent. Readable from any thread.</summary>
    public long KeyUpdates => _sealer.Updates;

    /// <summary>Whether no stream record may be sent before an exchange has un-parked this direction (clause 6.2).</summary>
    public bool IsParked => _sealer.IsParked && !IsSwitchDue;

    /// <summary>Whether the peer's keys are confirmed, or will be by what was sent: any record does (clause 3.6).</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>When the last stream record was sent, in the time that the sender was given; null before the first. Readable from any thread.</summary>
    public TimeSpan? LastStreamRecord => Volatile.Read(ref _lastStreamRecord) is var ticks and >= 0 ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Whether no stream is open in either direction.</summary>
    public bool IsIdle => _state.IsIdle;

    /// <summary>Whether this end's end of the newest stream was sent, or there is no stream.</summary>
    public bool SentEnd => _state.SentEnd;

    /// <summary>The newest stream's number, 0 before the first.</summary>
    public uint StreamNumber => _state.Number;

    /// <summary>Opens the next stream (initiator, idle channel). Returns the bytes written.</summary>
    public int Open(Span<byte> destination, StreamOpen open, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(open);
        Require(Role == Role.Initiator && _state.IsIdle && !IsParked && open.Number == _state.Number + 1, "open the next stream");
        Require(StreamOpen.IsServiceName(open.Service), "open a stream of a service with other characters than a-z 0-9 . -");
        _state.Begin(open.Number);
        return Write(destination, RecordType.Open, open.Encode(), now);
    }

    /// <summary>Seals one data record in place, with a key update in front where one is due.</summary>
    /// <param name="buffer">Memory with headroom and tailroom around the plaintext.</param>
    /// <param name="start">Where the plaintext starts, <see cref="Headroom"/> or more.</param>
    /// <param name="count">1 to 65,536 bytes.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>The range of <paramref name="buffer"/> to send.</returns>
    public (int Start, int Length) SealData(Span<byte> buffer, int start, int count, TimeSpan now) =>
        SealData(buffer.Slice(start, count), buffer, start, now);

    /// <summary>The same for bytes of the caller's memory, which is apart from the buffer.</summary>
    public (int Start, int Length) SealData(ReadOnlySpan<byte> plaintext, Span<byte> buffer, int start, TimeSpan now)
    {
        int count = plaintext.Length;
        Require(!_state.SentEnd && !IsParked && count is > 0 and <= Limits.MaxPlaintext, "send data");
        Volatile.Write(ref _lastStreamRecord, now.Ticks);
        int first = start - RecordHeader.Size;
        int end = start + count + Limits.TagSize;
        int lead = Lead(RecordType.Data, count, now);
        WriteLead(buffer.Slice(first - lead, lead), now);
        _sealer.Seal(RecordType.Data, plaintext, buffer[first..end], now);
        _ration.Earn();
        IsConfirmed = true;
        return (first - lead, end - first + lead);
    }

    /// <summary>Ends this end's bytes of the stream. Returns the bytes written.</summary>
    public int End(Span<byte> destination, TimeSpan now)
    {
        Require(!_state.SentEnd && !IsParked, "end the stream");
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, _state.Number);
        int written = Write(destination, RecordType.End, number, now);
        _state.SentEnd = true;
        return written;
    }

    /// <summary>Gives the channel up; nothing may be sent after it (clause 5.6). Returns the bytes written.</summary>
    public int Abort(Span<byte> destination, ErrorCode code, TimeSpan now)
    {
        Require(true, "abort");
        Span<byte> plaintext = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(plaintext, _state.Number);
        plaintext[4] = (byte)code;
        int written = Write(destination, RecordType.Abort, plaintext, now);
        _state.SentAbort = true;
        return written;
    }

    /// <summary>Confirms the keys where there is nothing else to send yet (initiator, clause 3.6). Returns the bytes written.</summary>
    public int Confirm(Span<byte> destination, TimeSpan now)
    {
        Require(!IsConfirmed, "confirm");
        return Write(destination, RecordType.Confirm, [], now);
    }

    /// <summary>Closes the idle channel (clause 5.7): the initiator's, or the responder's answer. Returns the bytes written.</summary>
    public int Close(Span<byte> destination, TimeSpan now)
    {
        Require(_state.IsIdle && !_exchange.IsOutstanding && (Role == Role.Initiator || _state.ReceivedClose), "close");
        int written = Write(destination, RecordType.Close, [], now);
        _state.SentClose = true;
        return written;
    }

    /// <summary>
    /// Asks the initiator for something (responder, clause 6.4). Returns the bytes written: 0 where keys or an association were asked for already, or an
    /// exchange is under way.
    /// </summary>
    public int Ask(Span<byte> destination, AskKind kind, TimeSpan now)
    {
        Require(Role == Role.Responder, "ask");
        return kind == AskKind.Close || ((ResponderExchange)_exchange).TryAsk() ? Write(destination, RecordType.Ask, [(byte)kind], now) : 0;
    }

    /// <summary>Updates this direction's key now (clause 6.1). Returns the bytes written.</summary>
    public int UpdateKey(Span<byte> destination, TimeSpan now) => UpdateKey(destination, park: false, now);

    /// <summary>Updates this direction's key and parks it (clause 6.2). Returns the bytes written.</summary>
    public int Park(Span<byte> destination, TimeSpan now) => UpdateKey(destination, park: true, now);

    /// <summary>Sends the M1 that the exchange has made (initiator, clause 6.3). Returns the bytes written.</summary>
    public int Request(Span<byte> destination, TimeSpan now)
    {
        Require(_exchange is InitiatorExchange { Phase: ExchangePhase.RequestMade }, "send M1");
        var exchange = (InitiatorExchange)_exchange;
        int written = Write(destination, RecordType.QuickModeRequest, exchange.Request, now);
        exchange.RequestSent(now);
        return written;
    }

    /// <summary>Sends the answer that the exchange has made (responder, clause 6.3). Returns the bytes written.</summary>
    public int Answer(Span<byte> destination, TimeSpan now)
    {
        Require(_exchange is ResponderExchange { Phase: ExchangePhase.AnswerMade }, "answer M1");
        var exchange = (ResponderExchange)_exchange;
        (RecordType type, byte[] body) = exchange.PreparedAnswer;
        int written = Write(destination, type, body, now);
        exchange.AnswerSent(now);
        return written;
    }

    /// <summary>
    /// Moves this direction to the new keys (clause 6.3). Returns the bytes written: at the responder 0 where another record has taken the switch along.
    /// </summary>
    public int Switch(Span<byte> destination, TimeSpan now)
    {
        if (_exchange is not InitiatorExchange exchange)
        {
            Require(Role == Role.Responder, "switch");
            int lead = IsSwitchDue ? ResponderSwitchSize : 0;
            WriteLead(destination[..lead], now);
            return lead;
        }
        Require(exchange.Phase == ExchangePhase.Verified, "switch");
        int written = Write(destination, RecordType.Switch, exchange.Binder3, now);
        exchange.SwitchSent(_sealer, now);
        return written;
    }

    /// <inheritdoc/>
    public void Dispose() => _sealer.Dispose();

    internal void Rest() => _sealer.Rest();

    internal bool IsControlScarce(TimeSpan now) => _ration.IsScarce(now);

    /// <summary>This direction's sealer, for who tries out what its receiver refuses.</summary>
    internal RecordSealer Sealer => _sealer;

    private bool IsSwitchDue => _exchange.Phase == ExchangePhase.SwitchDue;

    private int UpdateKey(Span<byte> destination, bool park, TimeSpan now)
    {
        Require(!IsParked, park ? "park" : "update the key");
        int lead = IsSwitchDue ? ResponderSwitchSize : 0;
        WriteLead(destination[..lead], now);
        SealKeyUpdate(destination.Slice(lead, KeyUpdateSize), park, now);
        return lead + KeyUpdateSize;
    }

    private int Write(Span<byte> destination, RecordType type, ReadOnlySpan<byte> plaintext, TimeSpan now)
    {
        int lead = Lead(type, plaintext.Length, now);
        WriteLead(destination[..lead], now);
        Span<byte> record = destination.Slice(lead, Overhead + plaintext.Length);
        plaintext.CopyTo(record[RecordHeader.Size..]);
        _sealer.Seal(type, record, now);
        IsConfirmed = true;
        if (RecordTypes.IsRationed(type))
        {
            _ration.TryTake(now);
        }
        if (RecordTypes.IsStreamRecord(type))
        {
            _ration.Earn();
            Volatile.Write(ref _lastStreamRecord, now.Ticks);
        }
        return lead + record.Length;
    }

    /// <summary>
    /// Bytes of what goes in front of a record: a responder's switch is its next record after binder 3 verified, whatever that would have been;
    /// else a key update where a stream record finds a soft limit reached.
    /// </summary>
    private int Lead(RecordType type, int count, TimeSpan now) =>
        IsSwitchDue ? ResponderSwitchSize
        : RecordTypes.IsStreamRecord(type) && _sealer.Plan(count, now) == SealPlan.UpdateFirst ? KeyUpdateSize
        : 0;

    private void WriteLead(Span<byte> lead, TimeSpan now)
    {
        if (lead.Length == KeyUpdateSize)
        {
            SealKeyUpdate(lead, park: false, now);
        }
        else if (lead.Length == ResponderSwitchSize)
        {
            _sealer.Seal(RecordType.Switch, lead, now);
            _ration.TryTake(now);
            ((ResponderExchange)_exchange).SwitchSent(_sealer);
        }
    }

    private void SealKeyUpdate(Span<byte> record, bool park, TimeSpan now)
    {
        record[RecordHeader.Size] = park ? (byte)1 : (byte)0;
        _sealer.Seal(RecordType.KeyUpdate, record, now);
        _ration.TryTake(now);
        _sealer.Update(park);
        IsConfirmed = true;
    }

    /// <summary>A caller's mistake, not the peer's: the records would break the protocol.</summary>
    private void Require(bool condition, string what)
    {
        if (!condition || _state.SentAbort || _state.SentClose)
        {
            throw new InvalidOperationException($"cannot {what} now (stream {_state.Number}, end sent {_state.SentEnd}, abort {_state.SentAbort}, close {_state.SentClose}, parked {IsParked}, exchange {_exchange.Phase})");
        }
    }
}
