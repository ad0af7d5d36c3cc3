namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, from R2 to R3.</summary>
public sealed class InitiatorAwaitingAuthentication : MainModeState
{
    private readonly InitiatorContext _context;
    private readonly ushort? _method;
    private MainModeKeys? _keys;

    /// <param name="context">What is not secret.</param>
    /// <param name="keys">Keys and transcript.</param>
    /// <param name="method">The number that stands alone in R2; null for certificates.</param>
    internal InitiatorAwaitingAuthentication(InitiatorContext context, MainModeKeys keys, ushort? method)
    {
        _method = method;
        _context = context;
        _keys = keys;
    }

    /// <summary>Whether the responder chose Kerberos: then R3 is for <see cref="ReceiveByTicket"/>.</summary>
    public bool IsByTicket => _method == TicketAuthentication.Number;

    /// <summary>Takes R3.</summary>
    /// <exception cref="ProtocolException">The responder did not prove that it holds its leaf's key, or the pre-shared key, and the agreed secret.</exception>
    public InitiatorAwaitingVerdict Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        AuthenticatedPeer peer = _method == KeyGates.Number
            ? _keys!.VerifyByKey(Role.Responder, record, [.. _context.Settings.Keys], _context.Settings.Instance)
            : _keys!.Verify(Role.Responder, record, _context.Settings.Identity);
        var next = new InitiatorAwaitingVerdict(_context, _keys, peer);
        _keys = null;
        return next;
    }

    /// <summary>Takes R3 of a main mode by Kerberos.</summary>
    /// <exception cref="ProtocolException">The responder did not prove that it has the agreed secret.</exception>
    public InitiatorAwaitingTicket ReceiveByTicket(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        _keys!.TakeToken(Role.Responder, record, _context.Settings.Instance);
        var next = new InitiatorAwaitingTicket(_context, _keys);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
