using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// The responder's side of in-band quick mode: M1, <see cref="Read"/>, the association looked up, <see cref="Answer"/> or
/// <see cref="AnswerUnknown"/>, <c>Sender.Answer</c>, the initiator's switch, the own switch in front of the next record.
/// </summary>
public sealed class ResponderExchange : InBandExchange
{
    private ReceivedOffer? _offer;
    private KeyLimits _limits = KeyLimits.Ceiling;
    private Secret? _binder3;
    private LiveKeys? _keys;
    private (RecordType Type, byte[] Body) _answer;

    internal ResponderExchange(ChannelSecrets secrets, VerifiedPeer peer)
        : base(secrets, peer)
    {
    }

    /// <summary>Whether an ask for keys or an association is on its way, or unanswered (clause 6.4).</summary>
    public bool HasAsked { get; private set; }

    internal (RecordType Type, byte[] Body) PreparedAnswer => _answer;

    /// <summary>Reads the M1 that the receiver gave.</summary>
    /// <param name="body">Its plaintext.</param>
    /// <returns>The id of the association to look up, 16 bytes.</returns>
    /// <exception cref="ProtocolException">Its form is wrong, or it names another channel.</exception>
    public byte[] Read(ReadOnlySpan<byte> body)
    {
        Require(ExchangePhase.Received, "read M1");
        _offer = ReceivedOffer.ReadLive(body, Secrets);
        return _offer.Request.AssociationId;
    }

    /// <summary>Makes the answer under the association that M1 names: M2, or a refusal. Public-key work, apart from sender and receiver.</summary>
    /// <param name="association">One that this node issued and still holds.</param>
    /// <param name="demandForwardSecrecy">Whether this node's policy demands it.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    /// <returns>Null for M2, else the code refused with; behind <see cref="ErrorCode.NotAuthorised"/> the channel is to be ended.</returns>
    /// <exception cref="ProtocolException">M1 is not the association's initiator's, or its share is wrong.</exception>
    public ErrorCode? Answer(ExchangeAssociation association, bool demandForwardSecrecy, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(association);
        ArgumentNullException.ThrowIfNull(entropy);
        ReceivedOffer offer = TakeOffer();
        offer.RequireBinder(association.Keys);
        offer.RequireGroup(association.Keys);
        ErrorCode? refusal = !IsOfPeer(association) ? ErrorCode.NotAuthorised
            : offer.LacksDemandedShare(demandForwardSecrecy) ? ErrorCode.NegotiationFailed
            : null;
        if (refusal is { } code)
        {
            Prepare(RecordType.Refuse, offer.Refuse(association.Keys, code));
            return code;
        }
        (byte[] body, ChannelSecrets secrets, _binder3) = offer.Accept(association.Keys, Secrets, entropy);
        Replace(secrets);
        _limits = association.Limits;
        Prepare(RecordType.QuickModeResponse, body);
        return null;
    }

    /// <summary>Makes the answer where the association is not one that this node issued and still holds.</summary>
    public void AnswerUnknown() => Prepare(RecordType.Unknown, TakeOffer().Unknown());

    internal override bool Expects(RecordType type) => type switch
    {
        RecordType.QuickModeRequest => Phase == ExchangePhase.None,
        RecordType.Switch => Phase == ExchangePhase.AwaitingSwitch,
        _ => false,
    };

    /// <summary>M1 is here: it voids an ask that it crossed.</summary>
    internal void RequestReceived()
    {
        lock (Gate)
        {
            HasAsked = false;
            Phase = ExchangePhase.Received;
        }
    }

    /// <summary>The answer is being sealed.</summary>
    internal void AnswerSent(TimeSpan now)
    {
        Heard(now);
        Phase = _answer.Type == RecordType.QuickModeResponse ? ExchangePhase.AwaitingSwitch : ExchangePhase.None;
    }

    /// <summary>The initiator's switch has opened: verifies binder 3 and moves the receiving direction.</summary>
    /// <exception cref="ProtocolException">Binder 3 is wrong.</exception>
    internal void SwitchReceived(RecordOpener opener, ReadOnlySpan<byte> binder3)
    {
        _keys = LiveKeys.OfSwitch(Secrets, _binder3!, binder3, _limits);
        _keys.Switch(Role.Initiator, opener);
        Phase = ExchangePhase.SwitchDue;
    }

    /// <summary>The own switch was sealed: the sending direction moves, and the exchange is over.</summary>
    internal void SwitchSent(RecordSealer sealer)
    {
        _keys!.Switch(Role.Responder, sealer);
        _keys = null;
        Completed++;
        Phase = ExchangePhase.None;
    }

    /// <summary>Whether an ask for keys or an association may be sent now; it counts as sent.</summary>
    internal bool TryAsk()
    {
        lock (Gate)
        {
            bool may = Phase == ExchangePhase.None && !HasAsked;
            HasAsked |= may;
            return may;
        }
    }

    private protected override void DisposeState() => _binder3?.Dispose();

    private ReceivedOffer TakeOffer()
    {
        Require(ExchangePhase.Received, "answer M1");
        ReceivedOffer offer = _offer ?? throw new InvalidOperationException("M1 is to be read first");
        _offer = null;
        return offer;
    }

    private void Prepare(RecordType type, byte[] body)
    {
        _answer = (type, body);
        Phase = ExchangePhase.AnswerMade;
    }
}
