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

    /// <summary>Ends the negotiation because the peer's chain was refused.</summary>
    /// <param name="reason">For the local log.</param>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException Reject(string reason)
    {
        Output.AddAlert();
        Status = NegotiationStatus.Failed;
        DisposeState();
        return new ProtocolException(ProtocolError.IdentityRefused, reason);
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
            _awaitingVerdict = awaitingAuthentication.Receive(record);
            _awaitingAuthentication = null;
            Status = NegotiationStatus.NeedsVerdict;
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
