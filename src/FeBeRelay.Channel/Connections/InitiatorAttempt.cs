using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;
using FeBeRelay.Channel.Rekeying;
using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>One connection on its way to a channel, the initiator's end. Used once.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The table owns the association.")]
internal sealed class InitiatorAttempt(
    ChannelConnector connector, NodeIdentity identity, AssociationTable associations, MainModeGate gate, TimeProvider time, StepTimer steps, StreamSocket socket, Demand demand)
{
    private readonly bool _forwardSecrecy = connector.Peer.Security.ForwardSecrecy;
    private Association? _association;
    private PeerIdentity? _verified;
    private MainModeRun? _run;
    private NegotiationFailure _progress = new(Role.Initiator, NegotiationStep.MainMode, "")
    {
        Local = socket.Socket.LocalEndPoint,
        Remote = connector.Peer.Address,
        PeerNode = connector.Peer.Name,
    };
    private TicketExchange? _ticket;
    private bool _associationOnly;
    private ulong _counter;

    // When the step that is being done began; null where it is over, and told.
    private long? _since;

    // The association whose secrets the quick mode needs until it is over.
    private Association? _held;

    private MainModeSettings Settings => identity.SettingsFor(connector.Peer.Security);

    /// <summary>The step that is being done.</summary>
    public NegotiationStep Step { get; private set; }

    /// <summary>What is known of the connection, as the account of a failure.</summary>
    public NegotiationFailure Failure(NegotiationException e) => _progress with
    {
        Step = e.Step,
        Reason = e.Message,
        Error = (e.InnerException as ProtocolException)?.Error,
        Code = e.Code,
        Peer = _verified ?? _association?.Peer,
        Association = _association?.Id,
    };

    /// <summary>Main mode, then quick mode. The caller has entered the gate.</summary>
    public Task<SecureChannel?> MainModeAsync(MainModeRun run, CancellationToken cancellation)
    {
        Step = NegotiationStep.MainMode;
        _run = run;
        return RunAsync(now => InitiatorNegotiation.WithMainMode(Settings, demand, _forwardSecrecy, now), cancellation);
    }

    /// <summary>Main mode alone, for channels that are alive elsewhere. The caller has entered the gate, and the association is in the table.</summary>
    public Task AssociationAsync(MainModeRun run, CancellationToken cancellation)
    {
        _associationOnly = true;
        return MainModeAsync(run, cancellation);
    }

    /// <summary>
    /// Quick mode under an association; main mode on the same connection where the peer does not know it. Returns null when other
    /// connections are already running main mode, and the caller waits for that one; or when others have meanwhile used up the association.
    /// </summary>
    public Task<SecureChannel?> QuickModeAsync(Association association, CancellationToken cancellation)
    {
        Step = NegotiationStep.QuickMode;
        _association = association;
        if (association.TryNextCounter() is not { } counter)
        {
            socket.Dispose();
            return Task.FromResult<SecureChannel?>(null);
        }
        _held = association;
        return RunAsync(now => InitiatorNegotiation.WithQuickMode(Settings, association.Keys, counter, demand, _forwardSecrecy, now), cancellation);
    }

    private async Task<SecureChannel?> RunAsync(Func<TimeSpan, InitiatorNegotiation> start, CancellationToken cancellation)
    {
        InitiatorNegotiation? negotiation = null;
        try
        {
            // Key pairs and signatures must not run on the thread that serves every socket's events.
            await Task.Yield();
            _since = time.GetTimestamp();
            negotiation = start(time.GetElapsedTime(0));
            if (_run is not null)
            {
                gate.Watch(_run, negotiation);
            }
            while (negotiation.Status != NegotiationStatus.Done)
            {
                await NegotiationTransport.AdvanceAsync(negotiation, socket, time, cancellation).ConfigureAwait(false);
                if (!await AnswerPauseAsync(negotiation, cancellation).ConfigureAwait(false))
                {
                    socket.Dispose();
                    return null;
                }
            }
            steps.Done(NegotiationStep.QuickMode);
            Tell(failure: null);
            var core = new ChannelCore(Role.Initiator, negotiation.Channel!, _association!.ForExchange.Limits, _association.ForExchange.Peer);
            var channel = new SecureChannel(Role.Initiator, socket, core, _association, time, negotiation.Rest);
            channel.Rekeying = new InitiatorRekeying(channel, connector, associations.Logger);
            return channel;
        }
        catch (Exception e)
        {
            _ = EndAsync(e is ProtocolException ? negotiation : null);
            Tell(e);
            NegotiationException? failure = e is ProtocolException or SocketException ? FailureOf(e, negotiation?.PeerSpeaksProtocol == true) : null;
            if (_run is not null)
            {
                gate.Fail(_run, failure ?? e);
            }
            if (failure is not null)
            {
                throw failure;
            }
            throw;
        }
        finally
        {
            negotiation?.Dispose();
            _ticket?.Dispose();
            LetGo();
        }
    }

    /// <summary>Lets go of the connection. A peer that does not let go itself is given a while to read the alert, but keeps nobody from the outcome.</summary>
    private async Task EndAsync(InitiatorNegotiation? failed)
    {
        if (failed is not null)
        {
            await NegotiationTransport.SendLastWordsAsync(failed, socket, time).ConfigureAwait(false);
        }
        socket.Dispose();
    }

    private NegotiationException FailureOf(Exception e, bool peerSpeaks) =>
        new(Step, $"{Name(Step)} with node {connector.Peer.Name} ({connector.Peer.Address}) failed: {e.Message}", e) { Observation = PeerBehaviour.Of(e, peerSpeaks) };

    /// <summary>Gives the negotiation what it pauses for; false when the connection is not needed any more.</summary>
    private async ValueTask<bool> AnswerPauseAsync(InitiatorNegotiation negotiation, CancellationToken cancellation)
    {
        switch (negotiation.Status)
        {
            case NegotiationStatus.NeedsMainMode:
                Tell(new ProtocolException(ProtocolError.UnknownAssociation, "the peer does not know the association"));
                Step = NegotiationStep.MainMode;
                _association!.IsSuspect = true;
                if (!connector.TryEnter(out _run, out _))
                {
                    return false;
                }
                negotiation.StartMainMode();
                return true;
            case NegotiationStatus.NeedsTicket:
                await AskForTicketAsync(negotiation, cancellation).ConfigureAwait(false);
                return true;
            case NegotiationStatus.NeedsContext:
                CompleteContext(negotiation);
                return true;
            case NegotiationStatus.NeedsVerdict:
                Verify(negotiation);
                return true;
            case NegotiationStatus.NeedsQuickMode:
                KeepAssociation(negotiation.MainMode!);
                if (_associationOnly)
                {
                    return false;
                }

                negotiation.StartQuickMode(_association!.Keys, _counter);
                return true;
            default:
                return true;
        }
    }

    /// <summary>Gets a ticket for the service that this node's own configuration names for the peer (docs/protocol.md 2.14).</summary>
    private async Task AskForTicketAsync(InitiatorNegotiation negotiation, CancellationToken cancellation)
    {
        try
        {
            (_ticket, byte[] token) = await NegotiationTransport.WithinDeadlineAsync(
                negotiation, either => identity.Kerberos.AskAsync(connector.Peer.Service, either), time, cancellation).ConfigureAwait(false);
            negotiation.SendTicket(token);
        }
        catch (TicketException e)
        {
            throw negotiation.Reject(e.Message, ProtocolError.NoTicket);
        }
    }

    /// <summary>Takes the peer's answer: whoever can give it, and prove it, is that service.</summary>
    private void CompleteContext(InitiatorNegotiation negotiation)
    {
        try
        {
            TicketContext context = _ticket!.Complete(negotiation.PeerToken);
            negotiation.Proceed(context);
            _verified = PeerIdentity.Of(context);
        }
        catch (TicketException e)
        {
            throw negotiation.Reject(e.Message);
        }
    }

    /// <summary>Checks the peer's chain, and that it names the node that is being dialled (docs/protocol.md 7.3).</summary>
    private void Verify(InitiatorNegotiation negotiation)
    {
        if (negotiation.PeerKey is { } key)
        {
            // Policy names the key for this peer: its holder is taken for it.
            _verified = PeerIdentity.Of(key);
            negotiation.Proceed(VerifiedPeer.Of(key));
            return;
        }
        PeerVerdict verdict = identity.Verify(negotiation.PeerChain, PeerRole.Responder);
        string? problem = !verdict.IsAccepted ? verdict.Problem.Explanation
            : verdict.Identity.Matches(connector.Peer.Identity) ? null
            : $"it names {string.Join(", ", verdict.Identity.DnsNames)}, not {connector.Peer.Identity}";
        if (problem is not null)
        {
            _progress = _progress with { Refusal = verdict.Problem?.Refusal };
            throw negotiation.Reject($"the peer's certificate was refused: {problem}");
        }
        _verified = verdict.Identity;
        negotiation.Proceed(VerifiedPeer.Of(connector.Peer.Identity, negotiation.PeerChain));
    }

    /// <summary>
    /// Keeps what main mode made. What the peer, now authenticated, says of the association that it did not know decides its fate (3.8). Where this
    /// node demands nothing and the peer's policy wants no protection either, there is nothing to use it for.
    /// </summary>
    private void KeepAssociation(MainModeResult result)
    {
        steps.Done(NegotiationStep.MainMode);
        LetGo();
        if (_association is { } tried && result.Fate == Fate.Lost)
        {
            associations.Retire(tried, "lost by the peer");
        }
        if (demand == Demand.None && result.Answer == Answer.Optional)
        {
            result.Dispose();
            Tell(failure: null);
            throw new NegotiationException(Step, $"node {connector.Peer.Name} ({connector.Peer.Address}) leaves this traffic clear") { Observation = PeerObservation.Optional };
        }
        _association = new Association(Role.Initiator, result, _verified!, time) { PreferredGroup = Settings.Groups[0] };
        Tell(failure: null);
        Step = NegotiationStep.QuickMode;
        _since = time.GetTimestamp();
        if (!_associationOnly)
        {
            // Before anyone else can: an association may be good for one quick mode only.
            _counter = _association.TryNextCounter() ?? throw EndedAtOnce(_association);
            _held = _association;
        }
        associations.AddOpened(connector.Peer.AssociationKey, _association);
        gate.Succeed(_run!, _association);
        _run = null;
    }

    /// <summary>The step is over: a span tells of it.</summary>
    private void Tell(Exception? failure)
    {
        if (_since is not { } since)
        {
            return;
        }
        _since = null;
        ChannelSpans.Tell(Step, Role.Initiator, time.GetElapsedTime(since), connector.Peer.Address, _association, failure);
    }

    private void LetGo()
    {
        _held?.LetGo();
        _held = null;
    }

    private static ProtocolException EndedAtOnce(Association association)
    {
        association.Dispose();
        return new ProtocolException(ProtocolError.LimitReached, "the new association has reached the end of its life already");
    }

    private static string Name(NegotiationStep step) => step == NegotiationStep.MainMode ? "main mode" : "quick mode";
}
