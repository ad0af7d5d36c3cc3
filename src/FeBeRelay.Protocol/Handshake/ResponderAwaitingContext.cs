namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder, by Kerberos, from R4 to R5: while the initiator's token is taken elsewhere. It has agreed on a secret with someone, no more.</summary>
public sealed class ResponderAwaitingContext : MainModeState
{
    private readonly ResponderContext _context;
    private MainModeKeys? _keys;

    internal ResponderAwaitingContext(ResponderContext context, MainModeKeys keys, byte[] token)
    {
        _context = context;
        _keys = keys;
        PeerToken = token;
    }

    /// <summary>The initiator's token, an AP-REQ.</summary>
    public byte[] PeerToken { get; }

    /// <summary>Goes on: the context is complete with that token.</summary>
    /// <param name="context">The context.</param>
    /// <param name="token">The answer for the initiator: an AP-REP, 2,048 bytes at most.</param>
    /// <exception cref="ProtocolException">The answer is of another form (clause 2.13).</exception>
    public ResponderProofSent Proceed(TicketContext context, ReadOnlySpan<byte> token)
    {
        ArgumentNullException.ThrowIfNull(context);
        using IDisposable leaving = Leave();
        byte[] message = _keys!.Prove(Role.Responder, context, TicketToken.Checked(token, isRequest: false));
        var next = new ResponderProofSent(_context, _keys, context, message);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
