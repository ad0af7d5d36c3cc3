using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;

namespace FeBeRelay.Relay.Audit;

/// <summary>Failures of negotiations and of channels.</summary>
internal sealed partial class AuditLog
{
    /// <summary>A connection did not become a channel.</summary>
    public void NegotiationFailed(NegotiationFailure failure)
    {
        Counts.Count(KindOf(failure));
        if (!_flood.Admits(failure.PeerNode ?? (failure.Remote as IPEndPoint)?.Address.ToString() ?? ""))
        {
            return;
        }
        WriteCounted(KindOf(failure), e => e with
        {
            Mode = failure.Step == NegotiationStep.QuickMode ? "quick" : "main",
            Role = Name(failure.Role),
            FailurePoint = PointOf(failure),
            Error = failure.Refusal?.ToString() ?? failure.Error?.ToString() ?? failure.Step.ToString(),
            Code = failure.Code?.Name(),
            Reason = failure.Reason,
            Rule = failure.Rule?.Name,
            Flags = FlagsOf(failure.Rule),
            LocalAddress = Text(failure.Local),
            RemoteAddress = Text(failure.Remote),
            PeerNode = failure.PeerNode,
            PeerIdentity = failure.Peer?.DnsNames,
            PeerFingerprint = failure.Peer?.Fingerprint,
            Authentication = failure.Peer?.Method.ToString(),
            Association = failure.Association,
        });
    }

    /// <summary>Connections were closed unheard, because too many negotiations were running.</summary>
    public void TurnedAway(EndPoint remote) => TurnedAway(remote, "too many negotiations are running: the connection was closed unheard");

    /// <summary>A connection was reset at once, because the node has as many as it may.</summary>
    public void ConnectionRefused(Socket accepted) => TurnedAway(RemoteOf(accepted), "the node has as many connections as it may: one more was reset");

    /// <summary>The node has nearly as many connections as it may.</summary>
    public void ConnectionsTight(int soft, int hard) =>
        Write(AuditEventId.ConnectionsTight, e => e with { Count = soft, Reason = $"{soft} connections are open, of {hard} at most" });

    private void TurnedAway(EndPoint? remote, string reason)
    {
        Counts.Count(AuditEventId.PossibleAttack);
        if (_flood.Admits("turned away"))
        {
            WriteCounted(AuditEventId.PossibleAttack, e => e with
            {
                FailurePoint = FailurePoint.Me,
                Role = Name(Role.Responder),
                RemoteAddress = Text(remote),
                Count = 1,
                Reason = reason,
            });
        }
    }

    /// <summary>What the flood limit held back is told in one event for each source. Called by the node's timer and at its end.</summary>
    public void TellFloods()
    {
        foreach ((string source, long more) in _flood.TakeFloods())
        {
            Write(AuditEventId.PossibleAttack, e => e with
            {
                FailurePoint = FailurePoint.Peer,
                RemoteAddress = source,
                Count = more,
                Reason = "more failures of the same source within a minute than are told one by one",
            });
        }
    }

    /// <summary>A channel ended because a record was not as it must be: forged, replayed, out of place, or of keys past their limit.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="error">What ended it; null and what is no violation (the peer went, or gave up) is not told.</param>
    /// <param name="reason">For the operator.</param>
    public void ChannelViolated(SecureChannel channel, ProtocolError? error, string reason)
    {
        if (error is null or ProtocolError.RefusedByPeer or ProtocolError.AlertedByPeer or ProtocolError.Truncated or ProtocolError.Deadline)
        {
            return;
        }
        AuditEventId id = error switch
        {
            ProtocolError.CannotDecrypt or ProtocolError.BadMac => AuditEventId.IntegrityCheckFailed,
            ProtocolError.Replayed or ProtocolError.WrongEpoch => AuditEventId.ReplayDetected,
            ProtocolError.LimitReached => AuditEventId.KeyLimitReached,
            _ => AuditEventId.InvalidData,
        };
        Write(id, e => With(e, channel) with { FailurePoint = FailurePoint.Me, Error = error.ToString(), Reason = reason });
    }

    private static EndPoint? RemoteOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
            return null;
        }
    }

    private static AuditEventId KindOf(NegotiationFailure failure) => failure switch
    {
        { IsNotAllowed: true } or { Code: ErrorCode.NotAuthorised } => AuditEventId.PeerNotAllowed,
        { Error: ProtocolError.IdentityRefused or ProtocolError.BadSignature or ProtocolError.Reflected } => AuditEventId.PeerNotAuthenticated,
        { Error: ProtocolError.Replayed } => AuditEventId.ReplayDetected,
        { Error: ProtocolError.UnknownAssociation } => AuditEventId.UnknownAssociation,
        { Error: ProtocolError.LimitReached } => AuditEventId.KeyLimitReached,
        { Error: ProtocolError.CannotDecrypt or ProtocolError.BadMac } => AuditEventId.IntegrityCheckFailed,
        {
            Error: ProtocolError.NotThisProtocol or ProtocolError.BadMessage or ProtocolError.TooLong or ProtocolError.UnexpectedMessage
            or ProtocolError.NothingInCommon or ProtocolError.NotOffered or ProtocolError.BadShare or ProtocolError.WrongEpoch
        } => AuditEventId.InvalidData,
        { Step: NegotiationStep.QuickMode } => AuditEventId.QuickModeFailed,
        _ => AuditEventId.MainModeFailed,
    };

    private static FailurePoint PointOf(NegotiationFailure failure) =>
        failure.Error is null or ProtocolError.AlertedByPeer or ProtocolError.RefusedByPeer or ProtocolError.Truncated or ProtocolError.Deadline
            ? FailurePoint.Peer
            : FailurePoint.Me;
}
