namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, by Kerberos, from R5 to R6: while its context takes the responder's token elsewhere.</summary>
public sealed class InitiatorAwaitingContext : MainModeState
{
    private readonly InitiatorContext _context;
    private readonly MainModeKeys _keys;
    private readonly byte[] _record;
    private readonly TicketProof _proof;

    internal InitiatorAwaitingContext(InitiatorContext context, MainModeKeys keys, byte[] record, TicketProof proof)
    {
        _context = context;
        _keys = keys;
        _record = record;
        _proof = proof;
    }

    /// <summary>The responder's token, an AP-REP.</summary>
    public byte[] PeerToken => _proof.Token.ToArray();

    /// <summary>Goes on: the context is complete. The responder is authenticated when this returns.</summary>
    /// <exception cref="ProtocolException">The responder's MIC is wrong: it has not this transcript, or not the ticket's key.</exception>
    public InitiatorAwaitingAccept Proceed(TicketContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using IDisposable leaving = Leave();
        AuthenticatedPeer peer = _keys.VerifyByTicket(Role.Responder, _record, _proof, context);
        // It is the one that was asked for: there is nothing else to check.
        VerifiedPeer verified = VerifiedPeer.Of(context);
        byte[] message = _keys.Prove(Role.Initiator, context, token: null);
        return new InitiatorAwaitingAccept(_context, _keys.Suite, _keys.Associate(peer, verified), verified, message);
    }

    private protected override void Zeroise() => _keys.Dispose();
}
