namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder, by Kerberos, from R5 to R6.</summary>
public sealed class ResponderProofSent : MainModeState
{
    private readonly ResponderContext _context;
    private readonly TicketContext _ticket;
    private MainModeKeys? _keys;

    internal ResponderProofSent(ResponderContext context, MainModeKeys keys, TicketContext ticket, byte[] message)
    {
        _context = context;
        _keys = keys;
        _ticket = ticket;
        Message = message;
    }

    /// <summary>The record R5, to be sent.</summary>
    public byte[] Message { get; }

    /// <summary>Takes R6.</summary>
    /// <exception cref="ProtocolException">The initiator did not prove that it has the ticket's key and this transcript.</exception>
    public ResponderAwaitingVerdict Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        TicketProof proof = _keys!.OpenProof(Role.Initiator, record);
        AuthenticatedPeer peer = _keys.VerifyByTicket(Role.Initiator, record, proof, _ticket);
        var next = new ResponderAwaitingVerdict(_context, _keys, peer);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
