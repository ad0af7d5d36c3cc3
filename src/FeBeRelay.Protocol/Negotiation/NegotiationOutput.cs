using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Negotiation;

/// <summary>Gathers what is to be sent, with the preface in front of the first message (clause 1.1).</summary>
internal sealed class NegotiationOutput
{
    private readonly List<byte> _pending = [];
    private bool _prefaceSent;

    public void Add(ReadOnlySpan<byte> record)
    {
        if (!_prefaceSent)
        {
            _pending.AddRange(Preface.Bytes);
            _prefaceSent = true;
        }
        _pending.AddRange(record);
    }

    /// <summary>The fixed alert (clause 8.1).</summary>
    public void AddAlert() => Add([(byte)RecordType.Alert, 0, 0, 0, 0]);

    /// <summary>Hands out what is to be sent, once.</summary>
    public byte[] Take()
    {
        byte[] bytes = [.. _pending];
        _pending.Clear();
        return bytes;
    }
}
