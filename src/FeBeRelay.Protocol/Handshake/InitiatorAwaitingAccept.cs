using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, from R4 to accept or decline.</summary>
public sealed class InitiatorAwaitingAccept : MainModeState
{
    private readonly InitiatorContext _context;
    private readonly Suite _suite;
    private readonly VerifiedPeer _peer;
    private Secret? _association;

    internal InitiatorAwaitingAccept(InitiatorContext context, Suite suite, Secret association, VerifiedPeer peer, byte[] message)
    {
        _context = context;
        _suite = suite;
        _association = association;
        _peer = peer;
        Message = message;
    }

    /// <summary>The record R4, to be sent.</summary>
    public byte[] Message { get; }

    /// <summary>Takes accept or decline.</summary>
    /// <exception cref="ProtocolException">A decline (<see cref="ProtocolError.RefusedByPeer"/> with its code), or neither.</exception>
    public MainModeResult Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        HandshakeRecord.Body(record, RecordType.Accept, RecordType.Decline, out RecordType type);
        using Secret acceptKey = MainModeKeys.AcceptKey(_suite, _association!);
        if (type == RecordType.Decline)
        {
            ErrorCode code = Decline.Open(_suite, acceptKey, record).Code;
            throw new ProtocolException(ProtocolError.RefusedByPeer, $"{_peer} declined: {code.Name()}", code);
        }
        Accept accept = Accept.Open(_suite, acceptKey, record);
        CheckAgainstOffer(accept);
        var result = new MainModeResult(_suite, _context.Group, _context.Hello.Demand, accept, _peer, _association!, message: []);
        _association = null;
        return result;
    }

    private protected override void Zeroise() => _association?.Dispose();

    private void CheckAgainstOffer(Accept accept)
    {
        if (!accept.Lifetimes.IsWithin(_context.Hello.Lifetimes))
        {
            throw new ProtocolException(ProtocolError.NotOffered, $"accepted {accept.Lifetimes} is longer than offered {_context.Hello.Lifetimes}");
        }
        if (accept.Fate == Fate.None != (_context.Hello.Tried.Length == 0))
        {
            throw WireReader.Bad($"fate is {accept.Fate}, with {_context.Hello.Tried.Length} bytes of tried");
        }
    }
}
