namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, by Kerberos, from R3 to R4: while it gets a ticket for the responder elsewhere. Nothing is known of the responder yet.</summary>
public sealed class InitiatorAwaitingTicket : MainModeState
{
    private readonly InitiatorContext _context;
    private MainModeKeys? _keys;

    internal InitiatorAwaitingTicket(InitiatorContext context, MainModeKeys keys)
    {
        _context = context;
        _keys = keys;
    }

    /// <summary>Goes on with the token: an AP-REQ for the service principal that this node's own configuration names, 20,000 bytes at most.</summary>
    /// <exception cref="ProtocolException">The token is of another form (clause 2.13).</exception>
    public InitiatorTicketSent Proceed(ReadOnlySpan<byte> token)
    {
        using IDisposable leaving = Leave();
        byte[] message = _keys!.AuthenticateByTicket(Role.Initiator, _context.Settings.Instance, TicketToken.Checked(token, isRequest: true));
        var next = new InitiatorTicketSent(_context, _keys, message);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
