namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, by Kerberos, from R4 to R5.</summary>
public sealed class InitiatorTicketSent : MainModeState
{
    private readonly InitiatorContext _context;
    private MainModeKeys? _keys;

    internal InitiatorTicketSent(InitiatorContext context, MainModeKeys keys, byte[] message)
    {
        _context = context;
        _keys = keys;
        Message = message;
    }

    /// <summary>The record R4, to be sent.</summary>
    public byte[] Message { get; }

    /// <summary>Takes R5.</summary>
    /// <exception cref="ProtocolException">It is none.</exception>
    public InitiatorAwaitingContext Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        TicketProof proof = _keys!.OpenProof(Role.Responder, record);
        var next = new InitiatorAwaitingContext(_context, _keys, record.ToArray(), proof);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();
}
