using System.Buffers.Binary;
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
    /// <summary>Bytes to leave free in front of a data record's plaintext: a key update, an open, and the header.</summary>
    public const int Headroom = KeyUpdateSize + OpenMaxSize + RecordHeader.Size;

    /// <summary>Bytes to leave free behind a data record's plaintext: its tag, a key update and an end.</summary>
    public const int Tailroom = Limits.TagSize + KeyUpdateSize + EndSize;

    /// <summary>Most bytes that any method but <c>SealData</c> writes.</summary>
    public const int MaxControlBytes = KeyUpdateSize + OpenMaxSize;

    private const int Overhead = RecordHeader.Size + Limits.TagSize;
    private const int KeyUpdateSize = Overhead + 1;
    private const int EndSize = Overhead + 4;
    private const int OpenMaxSize = Overhead + StreamOpen.MaxSize;

    private readonly RecordSealer _sealer;
    private readonly StreamState _state;
    private bool _confirmed;

    internal ChannelSender(Role role, RecordSealer sealer, StreamState state)
    {
        Role = role;
        _sealer = sealer;
        _state = state;
        _confirmed = role == Role.Responder;
    }

    /// <summary>This end's role.</summary>
    public Role Role { get; }

    /// <summary>The direction's name (clause 3.3).</summary>
    public uint Spi => _sealer.Spi;

    /// <summary>Records sent. Readable from any thread.</summary>
    public ulong TotalRecords => _sealer.TotalRecords;

    /// <summary>Bytes of plaintext sent. Readable from any thread.</summary>
    public ulong TotalBytes => _sealer.TotalBytes;

    /// <summary>Key updates sent. Readable from any thread.</summary>
    public long KeyUpdates => _sealer.Updates;

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
        Require(Role == Role.Initiator && _state.IsIdle && open.Number == _state.Number + 1, "open the next stream");
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
        Require(!_state.SentEnd && count is > 0 and <= Limits.MaxPlaintext, "send data");
        int first = start - RecordHeader.Size;
        int end = start + count + Limits.TagSize;
        if (_sealer.Plan(count, now) == SealPlan.UpdateFirst)
        {
            int update = first - KeyUpdateSize;
            SealKeyUpdate(buffer.Slice(update, KeyUpdateSize), now);
            _sealer.Seal(RecordType.Data, plaintext, buffer[first..end], now);
            return (update, end - update);
        }
        _sealer.Seal(RecordType.Data, plaintext, buffer[first..end], now);
        _confirmed = true;
        return (first, end - first);
    }

    /// <summary>Ends this end's bytes of the stream. Returns the bytes written.</summary>
    public int End(Span<byte> destination, TimeSpan now)
    {
        Require(!_state.SentEnd, "end the stream");
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
        Require(!_confirmed, "confirm");
        return Write(destination, RecordType.Confirm, [], now);
    }

    /// <summary>Closes the idle channel (clause 5.7): the initiator's, or the responder's answer. Returns the bytes written.</summary>
    public int Close(Span<byte> destination, TimeSpan now)
    {
        Require(_state.IsIdle && (Role == Role.Initiator || _state.ReceivedClose), "close");
        int written = Write(destination, RecordType.Close, [], now);
        _state.SentClose = true;
        return written;
    }

    /// <summary>Asks the initiator for something (responder, clause 6.4). Returns the bytes written.</summary>
    public int Ask(Span<byte> destination, AskKind kind, TimeSpan now)
    {
        Require(Role == Role.Responder, "ask");
        return Write(destination, RecordType.Ask, [(byte)kind], now);
    }

    /// <summary>Updates this direction's key now (clause 6.1). Returns the bytes written.</summary>
    public int UpdateKey(Span<byte> destination, TimeSpan now)
    {
        Require(true, "update the key");
        SealKeyUpdate(destination[..KeyUpdateSize], now);
        return KeyUpdateSize;
    }

    /// <inheritdoc/>
    public void Dispose() => _sealer.Dispose();

    private int Write(Span<byte> destination, RecordType type, ReadOnlySpan<byte> plaintext, TimeSpan now)
    {
        int written = 0;
        if (RecordTypes.IsStreamRecord(type) && _sealer.Plan(plaintext.Length, now) == SealPlan.UpdateFirst)
        {
            SealKeyUpdate(destination[..KeyUpdateSize], now);
            written = KeyUpdateSize;
        }
        Span<byte> record = destination.Slice(written, Overhead + plaintext.Length);
        plaintext.CopyTo(record[RecordHeader.Size..]);
        _sealer.Seal(type, record, now);
        _confirmed = true;
        return written + record.Length;
    }

    private void SealKeyUpdate(Span<byte> record, TimeSpan now)
    {
        record[RecordHeader.Size] = 0;
        _sealer.Seal(RecordType.KeyUpdate, record, now);
        _sealer.Update();
        _confirmed = true;
    }

    /// <summary>A caller's mistake, not the peer's: the records would break the protocol.</summary>
    private void Require(bool condition, string what)
    {
        if (!condition || _state.SentAbort || _state.SentClose)
        {
            throw new InvalidOperationException($"cannot {what} now (stream {_state.Number}, end sent {_state.SentEnd}, abort {_state.SentAbort}, close {_state.SentClose})");
        }
    }
}
