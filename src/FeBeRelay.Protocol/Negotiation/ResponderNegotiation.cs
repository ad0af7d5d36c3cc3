using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Negotiation;

/// <summary>The responder's side: answers main mode, then quick mode, or quick mode at once (clauses 2 and 3).</summary>
public sealed class ResponderNegotiation : NegotiationBase
{
    private readonly MainModeSettings _settings;
    private readonly Func<bool>? _mayAnswer;
    private ResponderHelloReceived? _helloReceived;
    private ResponderAwaitingContext? _awaitingContext;
    private ResponderProofSent? _proofSent;
    private ResponderAwaitingVerdict? _awaitingVerdict;
    private QuickModeResponder? _quickMode;
    private bool _mainModeDone;
    private bool _unknownSent;

    /// <param name="settings">Identity and what policy allows.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="mayAnswer">Whether there is a budget for the public-key work of main mode (clause 8.5); null for always.</param>
    public ResponderNegotiation(MainModeSettings settings, TimeSpan now, Func<bool>? mayAnswer = null)
        : base(now)
    {
        _settings = settings;
        _mayAnswer = mayAnswer;
    }

    /// <summary>The peer's chain, leaf first, while <see cref="NegotiationBase.Status"/> is <see cref="NegotiationStatus.NeedsVerdict"/>.</summary>
    public IReadOnlyList<byte[]> PeerChain => Verdict.PeerChain;

    /// <summary>The pre-shared key that the peer has proved to hold, null where it has shown certificates; there while a verdict is awaited.</summary>
    public PreSharedKey? PeerKey => Verdict.PeerKey;

    /// <summary>The context of Kerberos under which the peer has proved itself, null where it has shown something else; there while a verdict is awaited.</summary>
    public TicketContext? PeerTicket => Verdict.PeerTicket;

    /// <summary>The initiator's token, while <see cref="NegotiationBase.Status"/> is <see cref="NegotiationStatus.NeedsContext"/>.</summary>
    public byte[] PeerToken => _awaitingContext?.PeerToken ?? throw new InvalidOperationException("no context is awaited");

    /// <summary>What the initiator's policy asks; there while a verdict is awaited.</summary>
    public Demand Demand { get; private set; }

    /// <summary>The association that the initiator was told is not known, 16 bytes or empty; there while a verdict is awaited.</summary>
    public byte[] Tried { get; private set; } = [];

    /// <summary>The suite that main mode chose; there while a verdict is awaited.</summary>
    public Suite Suite => Verdict.Suite;

    /// <summary>The group chosen. Valid at <see cref="NegotiationStatus.NeedsVerdict"/>.</summary>
    public Group Group => Verdict.Group;

    /// <summary>The association that main mode made, once it is done; the caller's from then on.</summary>
    public MainModeResult? MainMode { get; private set; }

    /// <summary>The association that M1 names, while <see cref="NegotiationBase.Status"/> is <see cref="NegotiationStatus.NeedsAssociation"/>.</summary>
    public byte[] AssociationId => QuickMode.AssociationId;

    /// <summary>The channel's keys once the negotiation is done; the caller's from then on.</summary>
    public ChannelSecrets? Channel { get; private set; }

    private ResponderAwaitingVerdict Verdict => _awaitingVerdict ?? throw new InvalidOperationException("no verdict is awaited");

    private QuickModeResponder QuickMode =>
        Status == NegotiationStatus.NeedsAssociation && _quickMode is not null ? _quickMode : throw new InvalidOperationException("no association is asked for");

    /// <summary>Goes on after a context has taken <see cref="PeerToken"/>, and is complete. The peer has proved nothing yet.</summary>
    /// <param name="context">The context.</param>
    /// <param name="token">Its answer: an AP-REP.</param>
    /// <exception cref="ProtocolException">The answer is of another form, and the negotiation has failed.</exception>
    public void Proceed(TicketContext context, byte[] token)
    {
        ResponderAwaitingContext state = _awaitingContext ?? throw new InvalidOperationException("no context is awaited");
        Guard(() =>
        {
            _proofSent = state.Proceed(context, token);
            _awaitingContext = null;
            Output.Add(_proofSent.Message);
            Status = NegotiationStatus.NeedsBytes;
        });
        Continue();
    }

    /// <summary>Accepts an initiator whose chain was found good: the association is made.</summary>
    /// <param name="peer">The proof, for this very chain.</param>
    /// <param name="id">16 random bytes, new.</param>
    /// <param name="answer">What this node's policy says.</param>
    /// <param name="fate">Of <see cref="Tried"/>.</param>
    /// <param name="own">Longest lifetimes that this node allows.</param>
    public void Accept(VerifiedPeer peer, byte[] id, Answer answer, Fate fate, Lifetimes own)
    {
        ResponderAwaitingVerdict state = Verdict;
        _awaitingVerdict = null;
        MainMode = state.Proceed(peer, id, answer, fate, own);
        Output.Add(MainMode.Message);
        _mainModeDone = true;
        Status = NegotiationStatus.NeedsBytes;
        Continue();
    }

    /// <summary>Declines an initiator whose chain was found good: it is told the code (clause 2.8).</summary>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException Decline(VerifiedPeer peer, ErrorCode code, string reason)
    {
        Output.Add(Verdict.Decline(peer, code));
        return Fail(ErrorOf(code), reason);
    }

    /// <summary>Ends the negotiation because the peer's chain or token was refused: it is told nothing (clause 8.1).</summary>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException Reject(string reason)
    {
        Output.AddAlert();
        return Fail(ProtocolError.IdentityRefused, reason);
    }

    /// <summary>Answers M1 under the association that it names. The caller holds the association's lock.</summary>
    /// <param name="keys">The association; stays the caller's.</param>
    /// <param name="window">Its counters.</param>
    /// <exception cref="ProtocolException">The negotiation has failed.</exception>
    public void Authenticate(AssociationKeys keys, CounterWindow window)
    {
        QuickModeResponder quickMode = QuickMode;
        Guard(() => quickMode.Authenticate(keys, window));
    }

    /// <summary>Refuses M1 with a code (clause 3.5), after <see cref="Authenticate"/>.</summary>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException RefuseQuickMode(AssociationKeys keys, ErrorCode code, string reason)
    {
        Output.Add(QuickMode.Refuse(keys, code));
        return Fail(ErrorOf(code), reason);
    }

    /// <summary>Makes the channel, after <see cref="Authenticate"/>.</summary>
    /// <param name="keys">The same association.</param>
    /// <param name="demandForwardSecrecy">Whether this node's policy demands it.</param>
    /// <exception cref="ProtocolException">The negotiation has failed.</exception>
    public void AnswerQuickMode(AssociationKeys keys, bool demandForwardSecrecy)
    {
        QuickModeResponder quickMode = QuickMode;
        if (quickMode.LacksDemandedShare(demandForwardSecrecy))
        {
            throw RefuseQuickMode(keys, ErrorCode.NegotiationFailed, "quick mode brings no share where forward secrecy is demanded");
        }
        Guard(() =>
        {
            (byte[] message, ChannelSecrets secrets) = quickMode.Accept(keys, _settings.Entropy);
            Output.Add(message);
            Channel = secrets;
            Status = NegotiationStatus.Done;
        });
    }

    /// <summary>Answers that the association is not known; the initiator may go on with main mode (clause 3.8).</summary>
    public void AnswerUnknown()
    {
        Output.Add(QuickMode.Unknown());
        _quickMode = null;
        _unknownSent = true;
        Status = NegotiationStatus.NeedsBytes;
        Continue();
    }

    private protected override void Take(RecordType type, ReadOnlySpan<byte> record)
    {
        if (_helloReceived is { } helloReceived)
        {
            if (helloReceived.IsByTicket)
            {
                _awaitingContext = helloReceived.ReceiveByTicket(record);
                Status = NegotiationStatus.NeedsContext;
            }
            else
            {
                _awaitingVerdict = helloReceived.Receive(record);
                Status = NegotiationStatus.NeedsVerdict;
            }
            _helloReceived = null;
        }
        else if (_proofSent is { } proofSent)
        {
            _awaitingVerdict = proofSent.Receive(record);
            _proofSent = null;
            Status = NegotiationStatus.NeedsVerdict;
        }
        else if (type == RecordType.InitiatorHello && !_mainModeDone)
        {
            _helloReceived = ResponderHelloReceived.Receive(_settings, record, _mayAnswer);
            Demand = _helloReceived.Demand;
            Tried = _helloReceived.Tried.ToArray();
            Output.Add(_helloReceived.Messages);
        }
        else if (type == RecordType.QuickModeRequest && (_mainModeDone || !_unknownSent))
        {
            _quickMode = QuickModeResponder.Read(record);
            Status = NegotiationStatus.NeedsAssociation;
        }
        else
        {
            throw Unexpected(type, _mainModeDone ? "a quick mode request" : "an initiator hello");
        }
    }

    private protected override void DisposeState()
    {
        _helloReceived?.Dispose();
        _awaitingContext?.Dispose();
        _proofSent?.Dispose();
        _awaitingVerdict?.Dispose();
    }

    private static ProtocolError ErrorOf(ErrorCode code) =>
        code == ErrorCode.NotAuthorised ? ProtocolError.IdentityRefused : ProtocolError.NothingInCommon;

    private ProtocolException Fail(ProtocolError error, string reason)
    {
        Status = NegotiationStatus.Failed;
        DisposeState();
        return new ProtocolException(error, reason);
    }
}
