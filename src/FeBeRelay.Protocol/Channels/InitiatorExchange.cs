using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// The initiator's side of in-band quick mode: <see cref="Start"/>, <c>Sender.Request</c>, the answer, <see cref="Take"/>, <c>Sender.Switch</c>, the
/// responder's switch.
/// </summary>
public sealed class InitiatorExchange : InBandExchange
{
    private QuickModeOffer? _offer;
    private KeyLimits _limits = KeyLimits.Ceiling;
    private LiveKeys? _keys;
    private byte[] _binder3 = [];
    private bool _askUnanswered;
    private bool _isRefusal;

    internal InitiatorExchange(ChannelSecrets secrets, VerifiedPeer peer)
        : base(secrets, peer)
    {
    }

    /// <summary>What the responder asked for and no M1 answers yet (keys or association), or null (clause 6.4).</summary>
    public AskKind? Wanted { get; private set; }

    /// <summary>The code of the last refusal.</summary>
    public ErrorCode? RefusedWith { get; private set; }

    internal byte[] Request => _offer!.Body;

    internal ReadOnlySpan<byte> Binder3 => _binder3;

    /// <summary>Makes M1; it answers what the responder has asked. Public-key work, apart from sender and receiver.</summary>
    /// <param name="association">The channel's, or a newer one with the same node.</param>
    /// <param name="forwardSecrecy">Whether to demand it, and so to send a share.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    /// <exception cref="InvalidOperationException">An exchange is outstanding, or the association is with another node.</exception>
    public void Start(ExchangeAssociation association, bool forwardSecrecy, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(association);
        ArgumentNullException.ThrowIfNull(entropy);
        Require(ExchangePhase.None, "start an exchange");
        if (!IsOfPeer(association))
        {
            throw new InvalidOperationException($"the channel is with {Peer}, the association with {association.Peer}");
        }
        var offer = new QuickModeOffer(association.Keys, counter: 0, Secrets, forwardSecrecy, entropy);
        lock (Gate)
        {
            Require(ExchangePhase.None, "start an exchange");
            _offer = offer;
            _limits = association.Limits;
            Wanted = null;
            Phase = ExchangePhase.RequestMade;
        }
    }

    /// <summary>Takes the answer that the receiver gave. Public-key work, apart from sender and receiver.</summary>
    /// <param name="type">M2, refuse or unknown.</param>
    /// <param name="body">Its plaintext.</param>
    /// <exception cref="ProtocolException">
    /// A violation, or <see cref="ProtocolError.RefusedByPeer"/> with <see cref="ErrorCode.NotAuthorised"/>: the channel is at its end.
    /// </exception>
    public ExchangeAnswer Take(RecordType type, ReadOnlySpan<byte> body)
    {
        Require(ExchangePhase.Received, "take an answer");
        using QuickModeOffer offer = _offer!;
        switch (type)
        {
            case RecordType.QuickModeResponse:
                (_keys, ChannelSecrets secrets, _binder3) = LiveKeys.OfResponse(offer, body, _limits);
                Replace(secrets);
                Phase = ExchangePhase.Verified;
                return ExchangeAnswer.Accepted;
            case RecordType.Refuse:
                RefusedWith = offer.TakeRefuse(body);
                Phase = ExchangePhase.None;
                return RefusedWith != ErrorCode.NotAuthorised
                    ? ExchangeAnswer.Refused
                    : throw new ProtocolException(ProtocolError.RefusedByPeer, "the peer refused new keys: not_authorised", RefusedWith);
            default:
                offer.TakeUnknown(body);
                Phase = ExchangePhase.None;
                return ExchangeAnswer.Unknown;
        }
    }

    internal override bool Expects(RecordType type) => type switch
    {
        RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown => Phase == ExchangePhase.AwaitingAnswer,
        RecordType.Switch => Phase == ExchangePhase.AwaitingSwitch,
        _ => false,
    };

    internal void RequestSent(TimeSpan now)
    {
        Heard(now);
        Phase = ExchangePhase.AwaitingAnswer;
    }

    /// <summary>The answer is here: it also settles an ask that M1 crossed.</summary>
    internal void AnswerReceived(RecordType type)
    {
        lock (Gate)
        {
            _isRefusal = type != RecordType.QuickModeResponse;
            _askUnanswered = false;
            Phase = ExchangePhase.Received;
        }
    }

    /// <summary>The own switch was sealed: the sending direction moves.</summary>
    internal void SwitchSent(RecordSealer sealer, TimeSpan now)
    {
        _keys!.Switch(Role.Initiator, sealer);
        Heard(now);
        Phase = ExchangePhase.AwaitingSwitch;
    }

    /// <summary>The responder's switch has opened: the receiving direction moves, and the exchange is over.</summary>
    internal void SwitchReceived(RecordOpener opener)
    {
        _keys!.Switch(Role.Responder, opener);
        _keys = null;
        Completed++;
        Phase = ExchangePhase.None;
    }

    /// <summary>Takes an ask for keys or an association (clause 6.4).</summary>
    /// <param name="kind">What it asks for.</param>
    /// <param name="closing">The own close is sent: the ask is without effect.</param>
    /// <exception cref="ProtocolException">One is unanswered, or an exchange is between M2 and the responder's switch.</exception>
    internal void AskReceived(AskKind kind, bool closing)
    {
        lock (Gate)
        {
            // A refusal ends the exchange for the responder when it is sent: it may ask again before this end has looked at it.
            bool over = Phase == ExchangePhase.None || (Phase == ExchangePhase.Received && _isRefusal);
            bool open = over || Phase is ExchangePhase.RequestMade or ExchangePhase.AwaitingAnswer;
            if (_askUnanswered || !open)
            {
                throw new ProtocolException(
                    ProtocolError.UnexpectedMessage, $"ask for {kind} while {(open ? "one is unanswered" : "an exchange is between M2 and the peer's switch")}");
            }
            _askUnanswered = true;
            if (over && !closing)
            {
                Wanted = kind;
            }
        }
    }

    private protected override void DisposeState() => _offer?.Dispose();
}
