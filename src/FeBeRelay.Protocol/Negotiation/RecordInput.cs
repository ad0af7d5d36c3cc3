using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Negotiation;

/// <summary>Gathers received bytes into the preface and whole records, whatever pieces they come in (clauses 1.1 to 1.3).</summary>
internal sealed class RecordInput
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _total;
    private bool _prefaceRead;

    /// <summary>What was received and not read as a record.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether any byte arrived that parses as this protocol (clause 1.1).</summary>
    public bool SawThisProtocol { get; private set; }

    /// <exception cref="ProtocolException">More than may come before authentication (clause 8.4).</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (_total > Limits.MaxUnauthenticatedBytes)
        {
            throw new ProtocolException(ProtocolError.LimitReached, $"more than {Limits.MaxUnauthenticatedBytes} bytes before authentication");
        }
        if (_buffer.Length - _end < bytes.Length)
        {
            var larger = new byte[Rest.Length + bytes.Length + 1024];
            Rest.CopyTo(larger);
            (_end, _start, _buffer) = (_end - _start, 0, larger);
        }
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Reads the preface and the next whole record, header included; false when not all of it is there yet.</summary>
    /// <exception cref="ProtocolException">Not this protocol, an unknown type, or a length above its maximum.</exception>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        record = default;
        if (!_prefaceRead && !TryReadPreface())
        {
            return false;
        }
        if (!RecordHeader.TryRead(Rest, out RecordHeader header) || Rest.Length < header.RecordLength)
        {
            return false;
        }
        if (header.Epoch != 0)
        {
            throw new ProtocolException(ProtocolError.BadMessage, $"epoch {header.Epoch} outside a channel");
        }
        record = Rest[..header.RecordLength];
        _start += header.RecordLength;
        return true;
    }

    private bool TryReadPreface()
    {
        if (Rest.IsEmpty)
        {
            return false;
        }
        if (!Preface.ParsesAsThisProtocol(Rest))
        {
            throw new ProtocolException(ProtocolError.NotThisProtocol, "the first bytes are not the preface");
        }
        SawThisProtocol = true;
        if (Rest.Length < Preface.Size)
        {
            return false;
        }
        _start += Preface.Size;
        _prefaceRead = true;
        return true;
    }
}
