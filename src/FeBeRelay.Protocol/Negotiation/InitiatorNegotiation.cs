using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Negotiation;

/// <summary>The initiator's side: main mode and quick mode, or quick mode alone under an association that it has (clauses 2 and 3).</summary>
public sealed class InitiatorNegotiation : NegotiationBase
{
    private readonly MainModeSettings _settings;
    private readonly Demand _demand;
    private readonly bool _forwardSecrecy;

    // Exactly one of these is set while Status asks for something: the state that the connection is in.
    private InitiatorHelloSent? _helloSent;
    private InitiatorAwaitingAuthentication? _awaitingAuthentication;
    private InitiatorAwaitingVerdict? _awaitingVerdict;
    private InitiatorAwaitingTicket? _awaitingTicket;
    private InitiatorTicketSent? _ticketSent;
    private InitiatorAwaitingContext? _awaitingContext;
    private InitiatorAwaitingAccept? _awaitingAccept;
    private QuickModeInitiator? _quickMode;
    private bool _unknownCounts;

    private InitiatorNegotiation(MainModeSettings settings, Demand demand, bool forwardSecrecy, TimeSpan now)
        : base(now)
    {
        _settings = settings;
        _demand = demand;
        _forwardSecrecy = forwardSecrecy;
    }

    /// <summary>The peer's chain, leaf first, while <see cref="NegotiationBase.Status"/> is <see cref="NegotiationStatus.NeedsVerdict"/>.</summary>
    public IReadOnlyList<byte[]> PeerChain => _awaitingVerdict?.PeerChain ?? throw new InvalidOperationException("no verdict is awaited");

    /// <summary>The pre-shared key that the peer has proved to hold, null where it has shown certificates; there while a verdict is awaited.</summary>
    public PreSharedKey? PeerKey => _awaitingVerdict?.PeerKey;

    /// <summary>The responder's token, while <see cref="NegotiationBase.Status"/> is <see cref="NegotiationStatus.NeedsContext"/>.</summary>
    public byte[] PeerToken => _awaitingContext?.PeerToken ?? throw new InvalidOperationException("no context is awaited");

    /// <summary>The association that main mode made, once it is done; the caller's from then on.</summary>
    public MainModeResult? MainMode { get; private set; }

    /// <summary>The id of the association that the peer says it does not know, empty without such a hint (clause 3.8).</summary>
    public byte[] Tried { get; private set; } = [];

    /// <summary>The channel's keys once the negotiation is done; the caller's from then on.</summary>
    public ChannelSecrets? Channel { get; private set; }

    /// <summary>Starts with main mode.</summary>
    /// <param name="settings">Identity and offers.</param>
    /// <param name="demand">What policy asks.</param>
    /// <param name="forwardSecrecy">Whether quick mode brings a share.</param>
    /// <param name="now">Monotonic time.</param>
    public static InitiatorNegotiation WithMainMode(MainModeSettings settings, Demand demand, bool forwardSecrecy, TimeSpan now)
    {
        var negotiation = new InitiatorNegotiation(settings, demand, forwardSecrecy, now);
        negotiation.SendHello();
        return negotiation;
    }

    /// <summary>Starts with quick mode under an association.</summary>
    /// <inheritdoc cref="WithMainMode"/>
    /// <param name="keys">The association; stays the caller's.</param>
    /// <param name="counter">The association's next counter.</param>
    public static InitiatorNegotiation WithQuickMode(
        MainModeSettings settings, AssociationKeys keys, ulong counter, Demand demand, bool forwardSecrecy, TimeSpan now)
    {
        var negotiation = new InitiatorNegotiation(settings, demand, forwardSecrecy, now) { _unknownCounts = true };
        negotiation.SendQuickMode(keys, counter);
        return negotiation;
    }

    /// <summary>Goes on with main mode, because the peer says that it does not know the association.</summary>
    public void StartMainMode()
    {
        if (Status != NegotiationStatus.NeedsMainMode)
        {
            throw new InvalidOperationException($"the negotiation is at {Status}");
        }
        SendHello();
        Continue();
    }

    /// <summary>Goes on after the peer's chain was found good.</summary>
    /// <param name="peer">The proof, for this very chain.</param>
    public void Proceed(VerifiedPeer peer)
    {
        InitiatorAwaitingVerdict state = _awaitingVerdict ?? throw new InvalidOperationException("no verdict is awaited");
        _awaitingVerdict = null;
        _awaitingAccept = state.Proceed(peer);
        Output.Add(_awaitingAccept.Message);
        Status = NegotiationStatus.NeedsBytes;
        Continue();
    }

    /// <summary>Goes on with a ticket for the peer.</summary>
    /// <param name="token">The token that brings it: an AP-REQ.</param>
    /// <exception cref="ProtocolException">The token is of another form, and the negotiation has failed.</exception>
    public void SendTicket(byte[] token)
    {
        InitiatorAwaitingTicket state = _awaitingTicket ?? throw new InvalidOperationException("no ticket is awaited");
        Guard(() =>
        {
            _ticketSent = state.Proceed(token);
            _awaitingTicket = null;
            Output.Add(_ticketSent.Message);
            Status = NegotiationStatus.NeedsBytes;
        });
        Continue();
    }

    /// <summary>Goes on after the context has taken <see cref="PeerToken"/>, and is complete. The peer is authenticated when this returns.</summary>
    /// <exception cref="ProtocolException">The peer's proof is wrong, and the negotiation has failed.</exception>
    public void Proceed(TicketContext context)
    {
        InitiatorAwaitingContext state = _awaitingContext ?? throw new InvalidOperationException("no context is awaited");
        Guard(() =>
        {
            _awaitingAccept = state.Proceed(context);
            _awaitingContext = null;
            Output.Add(_awaitingAccept.Message);
            Status = NegotiationStatus.NeedsBytes;
        });
        Continue();
    }

    /// <summary>Ends the negotiation because the peer's chain or token was refused, or there is no ticket for it.</summary>
    /// <param name="reason">For the local log.</param>
    /// <param name="error">What it counts as.</param>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException Reject(string reason, ProtocolError error = ProtocolError.IdentityRefused)
    {
        Output.AddAlert();
        Status = NegotiationStatus.Failed;
        DisposeState();
        return new ProtocolException(error, reason);
    }

    /// <summary>Starts quick mode under the association that main mode made.</summary>
    /// <param name="keys">Made from <see cref="MainMode"/>; stays the caller's.</param>
    /// <param name="counter">The association's next counter.</param>
    public void StartQuickMode(AssociationKeys keys, ulong counter)
    {
        if (Status != NegotiationStatus.NeedsQuickMode)
        {
            throw new InvalidOperationException($"the negotiation is at {Status}");
        }
        SendQuickMode(keys, counter);
        Continue();
    }

    private protected override void Take(RecordType type, ReadOnlySpan<byte> record)
    {
        if (_helloSent is { } helloSent)
        {
            _awaitingAuthentication = helloSent.Receive(record);
            _helloSent = null;
        }
        else if (_awaitingAuthentication is { } awaitingAuthentication)
        {
            if (awaitingAuthentication.IsByTicket)
            {
                _awaitingTicket = awaitingAuthentication.ReceiveByTicket(record);
                Status = NegotiationStatus.NeedsTicket;
            }
            else
            {
                _awaitingVerdict = awaitingAuthentication.Receive(record);
                Status = NegotiationStatus.NeedsVerdict;
            }
            _awaitingAuthentication = null;
        }
        else if (_ticketSent is { } ticketSent)
        {
            _awaitingContext = ticketSent.Receive(record);
            _ticketSent = null;
            Status = NegotiationStatus.NeedsContext;
        }
        else if (_awaitingAccept is { } awaitingAccept)
        {
            MainMode = awaitingAccept.Receive(record);
            _awaitingAccept = null;
            Status = NegotiationStatus.NeedsQuickMode;
        }
        else
        {
            TakeQuickMode(record);
        }
    }

    private protected override void DisposeState()
    {
        _helloSent?.Dispose();
        _awaitingAuthentication?.Dispose();
        _awaitingVerdict?.Dispose();
        _awaitingTicket?.Dispose();
        _ticketSent?.Dispose();
        _awaitingContext?.Dispose();
        _awaitingAccept?.Dispose();
        _quickMode?.Dispose();
    }

    private void TakeQuickMode(ReadOnlySpan<byte> record)
    {
        QuickModeInitiator quickMode = _quickMode ?? throw new InvalidOperationException("no state");
        try
        {
            Channel = quickMode.Receive(record);
        }
        catch (ProtocolException e) when (e.Error == ProtocolError.UnknownAssociation && _unknownCounts)
        {
            // A hint that anyone can forge: main mode asks the peer itself, on this connection (clause 3.8).
            Tried = record.Slice(RecordHeader.Size, Limits.IdSize).ToArray();
            Status = NegotiationStatus.NeedsMainMode;
            return;
        }
        finally
        {
            quickMode.Dispose();
            _quickMode = null;
        }
        Status = NegotiationStatus.Done;
    }

    private void SendHello()
    {
        _unknownCounts = false;
        _helloSent = InitiatorHelloSent.Start(_settings, _demand, Tried);
        Output.Add(_helloSent.Message);
        Status = NegotiationStatus.NeedsBytes;
    }

    private void SendQuickMode(AssociationKeys keys, ulong counter)
    {
        _quickMode = new QuickModeInitiator(keys, counter, _forwardSecrecy, _settings.Entropy);
        Output.Add(_quickMode.Message);
        Status = NegotiationStatus.NeedsBytes;
    }
}
