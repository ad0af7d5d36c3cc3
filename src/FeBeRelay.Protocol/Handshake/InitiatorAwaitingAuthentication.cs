namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, from R2 to R3.</summary>
public sealed class InitiatorAwaitingAuthentication : MainModeState
{
    private readonly InitiatorContext _context;
    private MainModeKeys? _keys;

    private readonly bool _byKey;

    internal InitiatorAwaitingAuthentication(InitiatorContext context, MainModeKeys keys, bool byKey)
    {
        _byKey = byKey;
        _context = context;
        _keys = keys;
    }

    /// <summary>Takes R3.</summary>
    /// <exception cref="ProtocolException">The responder did not prove that it holds its leaf's key, or the pre-shared key, and the agreed secret.</exception>
    public InitiatorAwaitingVerdict Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        AuthenticatedPeer peer = _byKey
            ? _keys!.VerifyByKey(Role.Responder, record, [.. _context.Settings.Keys], _context.Settings.Instance)
            : _keys!.Verify(Role.Responder, record, _context.Settings.Identity);
        var next = new InitiatorAwaitingVerdict(_context, _keys, peer);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
