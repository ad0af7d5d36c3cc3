using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder, while the initiator's chain is checked elsewhere. What it was told in R1 is authenticated now.</summary>
public sealed class ResponderAwaitingVerdict : MainModeState
{
    private readonly ResponderContext _context;
    private readonly MainModeKeys _keys;
    private readonly AuthenticatedPeer _peer;

    internal ResponderAwaitingVerdict(ResponderContext context, MainModeKeys keys, AuthenticatedPeer peer)
    {
        _context = context;
        _keys = keys;
        _peer = peer;
    }

    /// <summary>The initiator's certificates in DER, leaf first: to be checked by clause 7.</summary>
    public IReadOnlyList<byte[]> PeerChain => _peer.Chain;

    /// <summary>The pre-shared key that the peer has proved to hold; null where it has shown certificates.</summary>
    public PreSharedKey? PeerKey => _peer.Key;

    /// <summary>The context of Kerberos under which the peer has proved itself; null where it has shown something else.</summary>
    public TicketContext? PeerTicket => _peer.Ticket;

    /// <summary>The suite chosen.</summary>
    public Suite Suite => _keys.Suite;

    /// <summary>The group chosen.</summary>
    public Group Group => _context.Group;

    /// <summary>What the initiator's policy asks.</summary>
    public Demand Demand => _context.Hello.Demand;

    /// <summary>Empty, or the id of the association that the initiator was told is not known.</summary>
    public ReadOnlySpan<byte> Tried => _context.Hello.Tried;

    /// <summary>Accepts: the chain was checked, and policy and load allow the association.</summary>
    /// <param name="verified">The verdict on the chain.</param>
    /// <param name="id">16 random bytes, not in use by another association that this node issued.</param>
    /// <param name="answer">What this node's policy says of the traffic.</param>
    /// <param name="fate">What became of <see cref="Tried"/>; <see cref="Fate.None"/> exactly if that is empty.</param>
    /// <param name="own">The longest lifetimes that this node takes; the shorter of these and the offer are agreed.</param>
    /// <exception cref="InvalidOperationException">The verdict is on another chain.</exception>
    public MainModeResult Proceed(VerifiedPeer verified, ReadOnlySpan<byte> id, Answer answer, Fate fate, Lifetimes own)
    {
        ArgumentNullException.ThrowIfNull(verified);
        ArgumentNullException.ThrowIfNull(own);
        if (id.Length != Limits.IdSize)
        {
            throw new ArgumentException($"an association id has {Limits.IdSize} bytes, not {id.Length}", nameof(id));
        }
        if (fate == Fate.None != Tried.IsEmpty)
        {
            throw new ArgumentException("fate is none exactly if tried is empty", nameof(fate));
        }
        using IDisposable leaving = Leave();
        Secret association = _keys.Associate(_peer, verified);
        using Secret acceptKey = MainModeKeys.AcceptKey(_keys.Suite, association);
        var accept = new Accept(id.ToArray(), _context.Hello.Lifetimes.Shorter(own), answer, fate);
        byte[] message = accept.Seal(_keys.Suite, acceptKey);
        return new MainModeResult(_keys.Suite, _context.Group, Demand, accept, verified, association, message);
    }

    /// <summary>Declines: the chain was checked, but policy or load forbids the association.</summary>
    /// <param name="verified">The verdict on the chain.</param>
    /// <param name="code">What the initiator is told.</param>
    /// <returns>The record, to be sent.</returns>
    /// <exception cref="InvalidOperationException">The verdict is on another chain.</exception>
    public byte[] Decline(VerifiedPeer verified, ErrorCode code)
    {
        ArgumentNullException.ThrowIfNull(verified);
        using IDisposable leaving = Leave();
        using Secret association = _keys.Associate(_peer, verified);
        using Secret acceptKey = MainModeKeys.AcceptKey(_keys.Suite, association);
        return new Decline(code).Seal(_keys.Suite, acceptKey);
    }

    private protected override void Zeroise() => _keys.Dispose();
}
