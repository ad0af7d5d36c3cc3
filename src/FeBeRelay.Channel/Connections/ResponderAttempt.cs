using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Rekeying;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>One connection on its way to a channel, the responder's end. Used once.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The table owns the association.")]
internal sealed class ResponderAttempt(
    NodeIdentity identity, IPeerAdmission admission, AssociationTable associations, NegotiationSlot slot, TimeProvider time, Socket socket)
{
    private PeerIdentity? _verified;
    private Association? _association;
    private NegotiationFailure _progress = new(Role.Responder, NegotiationStep.MainMode, "") { Local = socket.LocalEndPoint, Remote = socket.RemoteEndPoint };

    /// <summary>What is known of the connection, as the account of a failure.</summary>
    public NegotiationFailure Failure(Exception e) => _progress with
    {
        Reason = e.Message,
        Error = (e as ProtocolException)?.Error,
        Peer = _verified ?? _association?.Peer,
        Association = _association?.Id,
    };

    /// <summary>Answers until the connection is a channel.</summary>
    /// <returns>The channel, or null when the initiator went after main mode (an enquiry).</returns>
    /// <exception cref="ProtocolException">The negotiation failed; the peer was told as much as it may know.</exception>
    public async Task<SecureChannel?> RunAsync(CancellationToken cancellation)
    {
        using var negotiation = new ResponderNegotiation(identity.Settings, time.GetElapsedTime(0), slot.MayDoMainMode);
        while (true)
        {
            try
            {
                await NegotiationTransport.AdvanceAsync(negotiation, socket, time, cancellation).ConfigureAwait(false);
            }
            catch (ProtocolException e) when (e.Error == ProtocolError.Truncated && negotiation.MainMode is not null)
            {
                return null;
            }
            if (negotiation.Status == NegotiationStatus.Done)
            {
                var core = new ChannelCore(Role.Responder, negotiation.Channel!, _association!.ForExchange.Limits, _association.ForExchange.Peer);
                var channel = new SecureChannel(Role.Responder, socket, core, _association, time, negotiation.Rest);
                channel.Rekeying = new ResponderRekeying(channel, associations, associations.Logger);
                return channel;
            }
            await AnswerPauseAsync(negotiation).ConfigureAwait(false);
        }
    }

    private async Task AnswerPauseAsync(ResponderNegotiation negotiation)
    {
        try
        {
            if (negotiation.Status == NegotiationStatus.NeedsVerdict)
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

    /// <summary>Checks the initiator's chain, then whether any service is for it (docs/protocol.md 7.3).</summary>
    private void Verify(ResponderNegotiation negotiation)
    {
        PeerVerdict verdict = identity.Verify(negotiation.PeerChain, PeerRole.Initiator);
        if (!verdict.IsAccepted)
        {
            _progress = _progress with { Refusal = verdict.Problem.Refusal };
            throw negotiation.Reject($"the peer's certificate was refused: {verdict.Problem.Explanation}");
        }
        _verified = verdict.Identity;
        VerifiedPeer peer = VerifiedPeer.Of(verdict.Identity.Name, negotiation.PeerChain);
        if (!admission.Admits(verdict.Identity))
        {
            _progress = _progress with { IsNotAllowed = true };
            throw negotiation.Decline(peer, ErrorCode.NotAuthorised, $"no service is for {verdict.Identity.Name}; name it in a service's peers to allow it");
        }
        slot.PeerProved();
        Fate fate = negotiation.Tried.Length == 0 ? Fate.None : IsIssuedTo(_verified, negotiation.Tried) ? Fate.Kept : Fate.Lost;
        negotiation.Accept(peer, RandomNumberGenerator.GetBytes(Limits.IdSize), Answer.Protected, fate, identity.Settings.Lifetimes);
        _association = new Association(Role.Responder, negotiation.MainMode!, _verified, time);
        associations.AddIssued(_association);
        _progress = _progress with { Step = NegotiationStep.QuickMode };
    }

    private bool IsIssuedTo(PeerIdentity peer, byte[] id) =>
        associations.FindIssued(id) is { } association && association.Peer.DnsNames.SequenceEqual(peer.DnsNames);

    private void AnswerQuickMode(ResponderNegotiation negotiation)
    {
        if (associations.FindIssued(negotiation.AssociationId) is not { } association)
        {
            negotiation.AnswerUnknown();
            return;
        }
        _association = association;
        _progress = _progress with { Step = NegotiationStep.QuickMode };
        association.Authenticate(negotiation.Authenticate);
        slot.PeerProved();
        negotiation.AnswerQuickMode(association.Keys, demandForwardSecrecy: true);
    }
}
