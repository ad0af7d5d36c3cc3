using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Audit;

/// <summary>Traffic in the clear, and where it was refused.</summary>
internal sealed partial class AuditLog
{
    /// <summary>A connection goes clear. Count its bytes on what this gives, and tell its end by <see cref="ClearTrafficEnded"/>.</summary>
    /// <param name="flow">Endpoint or service, peer, rule and cause.</param>
    /// <param name="flags">The rule's flags, such as <c>inpass</c>.</param>
    /// <param name="local">This node's address.</param>
    /// <param name="remote">The other's.</param>
    public ClearByteLedger.Entry ClearTraffic(ClearFlow flow, IReadOnlyList<string> flags, EndPoint? local, EndPoint? remote)
    {
        Write(AuditEventId.ClearTraffic, e => With(e, flow, local, remote) with { Flags = Some(flags) });
        if (flow.Cause == ClearCause.AuditOnly)
        {
            Write(AuditEventId.WouldBeRefused, e => With(e, flow, local, remote) with { FailurePoint = FailurePoint.Me, Reason = "it goes clear because the policy is audit-only" });
        }
        return ClearBytes.Connect(flow);
    }

    /// <summary>A clear connection is over.</summary>
    public void ClearTrafficEnded(ClearFlow flow, EndPoint? local, EndPoint? remote, long bytesSent, long bytesReceived) =>
        Write(AuditEventId.ClearTrafficEnded, e => With(e, flow, local, remote) with { BytesSent = (ulong)bytesSent, BytesReceived = (ulong)bytesReceived });

    /// <summary>A clear connection is cut, because the policy that took effect would not let it begin.</summary>
    public void ClearTrafficCut(ClearFlow flow, EndPoint? local, EndPoint? remote, string reason) =>
        Write(AuditEventId.ClearTrafficCut, e => With(e, flow, local, remote) with { FailurePoint = FailurePoint.Me, Reason = reason });

    /// <summary>Clear traffic that should have been secured was not let in, or not sent.</summary>
    public void ClearTrafficRefused(string endpoint, string peer, string rule, IReadOnlyList<string> flags, EndPoint? local, EndPoint? remote, string reason)
    {
        if (_flood.Admits(peer))
        {
            Write(AuditEventId.ClearTrafficRefused, e => e with
            {
                Endpoint = endpoint,
                PeerNode = peer,
                Rule = rule,
                Flags = Some(flags),
                LocalAddress = Text(local),
                RemoteAddress = Text(remote),
                FailurePoint = FailurePoint.Me,
                Reason = reason,
            });
        }
    }

    /// <summary>A stream passed that its rule blocks, because the policy is audit-only.</summary>
    public void WouldBeRefused(SecureChannel channel, string service, string? endpoint, PolicyRule rule) => Write(AuditEventId.WouldBeRefused, e => With(e, channel) with
    {
        Mode = null,
        Service = service,
        Endpoint = endpoint,
        Rule = rule.Name,
        Cause = ClearCause.AuditOnly,
        FailurePoint = FailurePoint.Me,
        Reason = "the rule blocks it, and it passes protected because the policy is audit-only",
    });

    /// <summary>A request with credentials or a body was refused, because its way is clear.</summary>
    public void RequestGuarded(string endpoint, string peer, PolicyRule rule, EndPoint? local, EndPoint? remote, string reason) =>
        WriteRequest(AuditEventId.RequestGuarded, endpoint, peer, rule, local, remote, reason);

    /// <summary>A request with credentials or a body goes clear, because the guard only warns.</summary>
    public void RequestSentClear(string endpoint, string peer, PolicyRule rule, EndPoint? local, EndPoint? remote, string reason) =>
        WriteRequest(AuditEventId.RequestSentClear, endpoint, peer, rule, local, remote, reason);

    private void WriteRequest(AuditEventId id, string endpoint, string peer, PolicyRule rule, EndPoint? local, EndPoint? remote, string reason)
    {
        if (_flood.Admits(peer))
        {
            Write(id, e => e with
            {
                Endpoint = endpoint,
                PeerNode = peer,
                Rule = rule.Name,
                Flags = FlagsOf(rule),
                LocalAddress = Text(local),
                RemoteAddress = Text(remote),
                FailurePoint = FailurePoint.Me,
                Reason = reason,
            });
        }
    }

    /// <summary>A clear connection was let in, and the application behind the service does not answer.</summary>
    public void BackEndUnreachable(ClearFlow flow, EndPoint? local, EndPoint? remote, string reason) =>
        WriteUnlessMany(AuditEventId.BackEndUnreachable, $"back end of {flow.Endpoint}", e => With(e, flow, local, remote) with { FailurePoint = FailurePoint.Me, Reason = reason });

    /// <summary>A peer was found not capable, and is talked to in the clear for a while: who can drop packets can force this, so it is a failure.</summary>
    public void FallbackToSoft(string endpoint, string peer, string rule, EndPoint? remote, TimeSpan lifetime, string reason) =>
        Write(AuditEventId.FallbackToSoft, e => e with
        {
            Endpoint = endpoint,
            PeerNode = peer,
            Rule = rule,
            Flags = ["soft"],
            Cause = ClearCause.Soft,
            RemoteAddress = Text(remote),
            AssociationSeconds = (long)lifetime.TotalSeconds,
            FailurePoint = FailurePoint.Peer,
            Reason = reason,
        });

    /// <summary>A policy that accepts clear traffic listens on an address that is not private.</summary>
    public void ClearListenerExposed(string endpoint, EndPoint address, string rule) =>
        Write(AuditEventId.ClearListenerExposed, e => e with { Endpoint = endpoint, LocalAddress = Text(address), Rule = rule });

    private static IReadOnlyList<string>? Some(IReadOnlyList<string> flags) => flags.Count > 0 ? flags : null;

    private static AuditEvent With(AuditEvent one, ClearFlow flow, EndPoint? local, EndPoint? remote) => one with
    {
        Endpoint = flow.Endpoint,
        PeerNode = flow.Peer,
        Rule = flow.Rule,
        Cause = flow.Cause,
        LocalAddress = Text(local),
        RemoteAddress = Text(remote),
    };
}
