using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;
using FeBeRelay.Channel.Rekeying;
using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>One connection on its way to a channel, the responder's end. Used once.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The table owns the association.")]
internal sealed class ResponderAttempt(
    NodeIdentity identity, IPeerAdmission admission, AssociationTable associations, NegotiationSlot slot, TimeProvider time, StreamSocket socket)
{
    private readonly PeerArrival _arrival = new((IPEndPoint)socket.Socket.LocalEndPoint!, (IPEndPoint)socket.Socket.RemoteEndPoint!);
    private PeerIdentity? _verified;
    private TicketExchange? _ticket;
    private Association? _association;

    // The association whose secrets the quick mode needs until it is over.
    private Association? _held;
    private bool _demandsForwardSecrecy;
    private long _since;
    private NegotiationFailure _progress = new(Role.Responder, NegotiationStep.MainMode, "") { Local = socket.Socket.LocalEndPoint, Remote = socket.Socket.RemoteEndPoint };

    /// <summary>What is known of the connection, as the account of a failure.</summary>
    public NegotiationFailure Failure(Exception e) => _progress with
    {
        Reason = e.Message,
        Error = (e as ProtocolException)?.Error,
        Peer = _verified ?? _association?.Peer,
        Association = _association?.Id,
    };

    /// <summary>Answers until the connection is a channel.</summary>
    /// <param name="received">What was received of the connection already.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The channel, or null when the initiator went after main mode (an enquiry).</returns>
    /// <exception cref="ProtocolException">The negotiation failed; the peer was told as much as it may know.</exception>
    public async Task<SecureChannel?> RunAsync(ReadOnlyMemory<byte> received, CancellationToken cancellation)
    {
        MainModeSettings settings = identity.Settings with
        {
            Suites = admission.SuitesFor(_arrival),
            Groups = admission.GroupsFor(_arrival),
            Methods = identity.MethodsOf(admission.MethodsFor(_arrival)),
        };
        using var negotiation = new ResponderNegotiation(settings, time.GetElapsedTime(0), slot.MayDoMainMode);
        _since = time.GetTimestamp();
        try
        {
            return await RunAsync(negotiation, received, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Tell(e);
            throw;
        }
        finally
        {
            _ticket?.Dispose();
            _held?.LetGo();
        }
    }

    private async Task<SecureChannel?> RunAsync(ResponderNegotiation negotiation, ReadOnlyMemory<byte> received, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await NegotiationTransport.AdvanceAsync(negotiation, received, socket, time, cancellation).ConfigureAwait(false);
                received = default;
            }
            catch (ProtocolException e) when (e.Error == ProtocolError.Truncated && negotiation.MainMode is not null)
            {
                EndEnquiry();
                return null;
            }
            catch (ProtocolException)
            {
                await NegotiationTransport.SendLastWordsAsync(negotiation, socket, time).ConfigureAwait(false);
                throw;
            }
            if (negotiation.Status == NegotiationStatus.Done)
            {
                var core = new ChannelCore(Role.Responder, negotiation.Channel!, _association!.ForExchange.Limits, _association.ForExchange.Peer);
                var channel = new SecureChannel(Role.Responder, socket, core, _association, time, negotiation.Rest);
                channel.Rekeying = new ResponderRekeying(channel, associations, _demandsForwardSecrecy, associations.Logger);
                Tell(failure: null);
                return channel;
            }
            await AnswerPauseAsync(negotiation).ConfigureAwait(false);
        }
    }

    private async Task AnswerPauseAsync(ResponderNegotiation negotiation)
    {
        try
        {
            if (negotiation.Status == NegotiationStatus.NeedsContext)
            {
                TakeTicket(negotiation);
            }
            else if (negotiation.Status == NegotiationStatus.NeedsVerdict)
            {
                Verify(negotiation);
            }
            else
            {
                AnswerQuickMode(negotiation);
            }
        }
        catch (ProtocolException)
        {
            await NegotiationTransport.SendLastWordsAsync(negotiation, socket, time).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the initiator's ticket. Whoever sent it has proved nothing yet (docs/protocol.md 2.14).</summary>
    private void TakeTicket(ResponderNegotiation negotiation)
    {
        try
        {
            (_ticket, byte[] answer, TicketContext context) = KerberosNode.Take(negotiation.PeerToken);
            negotiation.Proceed(context, answer);
        }
        catch (TicketException e)
        {
            throw negotiation.Reject(e.Message);
        }
    }

    /// <summary>Checks the initiator's chain, then whether policy and services take it (docs/protocol.md 7.3).</summary>
    private void Verify(ResponderNegotiation negotiation)
    {
        VerifiedPeer peer = VerifyPeer(negotiation);
        PeerAdmission answer = Admit(_verified!, negotiation.Demand);
        if (RefusalOf(answer, negotiation.Suite, negotiation.Group) is { } refusal)
        {
            throw negotiation.Decline(peer, refusal.Code, refusal.Reason);
        }
        slot.PeerProved();
        Fate fate = negotiation.Tried.Length == 0 ? Fate.None : IsIssuedTo(_verified!, negotiation.Tried) ? Fate.Kept : Fate.Lost;
        Lifetimes lifetimes = answer.Rule.Security.Lifetimes ?? identity.Settings.Lifetimes;
        negotiation.Accept(peer, RandomNumberGenerator.GetBytes(Limits.IdSize), answer.Answer, fate, lifetimes);
        _association = new Association(Role.Responder, negotiation.MainMode!, _verified!, time) { PreferredGroup = GroupsOf(answer)[0] };
        associations.AddIssued(_association);
        Tell(failure: null);
        _since = time.GetTimestamp();
        _progress = _progress with { Step = NegotiationStep.QuickMode };
    }

    private VerifiedPeer VerifyPeer(ResponderNegotiation negotiation)
    {
        if (negotiation.PeerKey is { } key)
        {
            _verified = PeerIdentity.Of(key);
            return VerifiedPeer.Of(key);
        }
        if (negotiation.PeerTicket is { } ticket)
        {
            _verified = PeerIdentity.Of(ticket);
            return VerifiedPeer.Of(ticket);
        }
        PeerVerdict verdict = identity.Verify(negotiation.PeerChain, PeerRole.Initiator);
        if (!verdict.IsAccepted)
        {
            _progress = _progress with { Refusal = verdict.Problem.Refusal };
            throw negotiation.Reject($"the peer's certificate was refused: {verdict.Problem.Explanation}");
        }
        _verified = verdict.Identity;
        return VerifiedPeer.Of(verdict.Identity.Name, negotiation.PeerChain);
    }

    private bool IsIssuedTo(PeerIdentity peer, byte[] id) =>
        associations.FindIssued(id) is { } association && association.Peer.DnsNames.SequenceEqual(peer.DnsNames);

    private void AnswerQuickMode(ResponderNegotiation negotiation)
    {
        if (associations.FindIssued(negotiation.AssociationId) is not { } association || !association.TryHold())
        {
            negotiation.AnswerUnknown();
            return;
        }
        _held?.LetGo();
        _held = _association = association;
        _progress = _progress with { Step = NegotiationStep.QuickMode };
        association.Authenticate(negotiation.Authenticate);
        slot.PeerProved();
        PeerAdmission answer = Admit(association.Peer, Demand.Require);
        if (RefusalOf(answer, association.Suite, association.Group) is { } refusal)
        {
            throw negotiation.RefuseQuickMode(association.Keys, refusal.Code, refusal.Reason);
        }
        _demandsForwardSecrecy = answer.Rule.Security.ForwardSecrecy;
        negotiation.AnswerQuickMode(association.Keys, _demandsForwardSecrecy);
    }

    private PeerAdmission Admit(PeerIdentity peer, Demand demand)
    {
        PeerAdmission answer = admission.Admit(_arrival with { Peer = peer, Demand = demand });
        _progress = _progress with { Rule = answer.Rule, IsNotAllowed = answer.Refusal is not null };
        return answer;
    }

    /// <summary>What the peer is told, and what the operator, where it is refused. Suite and group were chosen before it was known who the peer is.</summary>
    private (ErrorCode Code, string Reason)? RefusalOf(PeerAdmission answer, Suite suite, Group group)
    {
        string? forbidden = !(answer.Rule.Security.Suites ?? identity.Suites).Contains(suite) ? suite.Name
            : !GroupsOf(answer).Contains(group) ? group.Name
            : null;
        return answer.Refusal is { } refusal ? (ErrorCode.NotAuthorised, refusal)
            : forbidden is null ? null
            : (ErrorCode.NegotiationFailed, $"rule {answer.Rule.Name} does not allow {forbidden} to this peer");
    }

    private IReadOnlyList<Group> GroupsOf(PeerAdmission answer) => answer.Rule.Security.Groups ?? identity.Groups;

    /// <summary>The step is over: a span tells of it.</summary>
    private void Tell(Exception? failure) => ChannelSpans.Tell(_progress.Step, Role.Responder, time.GetElapsedTime(_since), _arrival.Remote, _association, failure);

    /// <summary>An enquiry is over. Where security is not wanted nobody will use its association (docs/protocol.md 2).</summary>
    private void EndEnquiry()
    {
        if (_association is { Answer: Answer.Optional } unwanted)
        {
            associations.Retire(unwanted, "an enquiry was answered");
        }
    }
}
