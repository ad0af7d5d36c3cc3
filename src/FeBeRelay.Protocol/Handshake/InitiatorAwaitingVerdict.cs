using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, while the responder's chain is checked elsewhere.</summary>
public sealed class InitiatorAwaitingVerdict : MainModeState
{
    private readonly InitiatorContext _context;
    private readonly MainModeKeys _keys;
    private readonly AuthenticatedPeer _peer;

    internal InitiatorAwaitingVerdict(InitiatorContext context, MainModeKeys keys, AuthenticatedPeer peer)
    {
        _context = context;
        _keys = keys;
        _peer = peer;
    }

    /// <summary>The responder's certificates in DER, leaf first: to be checked by clause 7.</summary>
    public IReadOnlyList<byte[]> PeerChain => _peer.Chain;

    /// <summary>The pre-shared key that the peer has proved to hold; null where it has shown certificates.</summary>
    public PreSharedKey? PeerKey => _peer.Key;

    /// <summary>Goes on: the chain was checked.</summary>
    /// <exception cref="InvalidOperationException">Another chain was.</exception>
    public InitiatorAwaitingAccept Proceed(VerifiedPeer verified)
    {
        ArgumentNullException.ThrowIfNull(verified);
        using IDisposable leaving = Leave();
        verified.MustBeOn(_peer);
        byte[] message = _peer.Key is null
            ? _keys.Authenticate(Role.Initiator, _context.Settings.Identity)
            : _keys.AuthenticateByKey(Role.Initiator, _context.Settings.Instance);
        Secret association = _keys.Associate(_peer, verified);
        return new InitiatorAwaitingAccept(_context, _keys.Suite, association, verified, message);
    }

    private protected override void Zeroise() => _keys.Dispose();
}
