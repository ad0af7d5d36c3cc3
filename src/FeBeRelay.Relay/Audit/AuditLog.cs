using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Audit;

/// <summary>What the rest of the node tells the audit log: a method for each event, called where it happens. Thread-safe; never waits, never throws.</summary>
/// <param name="sink">Takes the events.</param>
/// <param name="selection">Which of them.</param>
/// <param name="node">The node's name.</param>
/// <param name="time">The clock.</param>
internal sealed partial class AuditLog(IAuditSink sink, AuditSelection selection, string node, TimeProvider time)
{
    private readonly FailureFlood _flood = new(time);

    /// <summary>A log that keeps nothing, and counts all the same.</summary>
    public static AuditLog None() => new(new NoAudit(), new AuditSelection([], []), "", TimeProvider.System);

    /// <summary>An event that has just been told, whether the selection has it or not. Handlers return at once.</summary>
    public event Action<AuditEvent>? Told;

    /// <summary>How often each event happened.</summary>
    public AuditCounters Counts { get; } = new();

    /// <summary>False while events cannot be written and the node is to take nothing new (onFailure stop): ask before every new channel and stream.</summary>
    public bool MayAdmit => sink.MayAdmit;

    /// <summary>False while events cannot be written.</summary>
    public bool IsWritten => sink.IsWritten;

    /// <summary>What went clear, counted.</summary>
    public ClearByteLedger ClearBytes { get; } = new();

    public void NodeStarted(IReadOnlyList<string> identity) => Write(AuditEventId.NodeStarted, e => e with { LocalIdentity = identity });

    public void NodeStopped() => Write(AuditEventId.NodeStopped);

    /// <summary>The node could not start, or ends because of a fault.</summary>
    public void NodeFailed(string reason) => Write(AuditEventId.NodeFailed, e => e with { Reason = reason });

    /// <summary>The policy in force is another.</summary>
    /// <param name="policy">The new one's name.</param>
    /// <param name="reason">Which was before it, and how it was changed.</param>
    public void PolicyChanged(string policy, string reason) => Write(AuditEventId.PolicyChanged, e => e with { Rule = policy, Reason = reason });

    /// <summary>Another policy was to be put in force and cannot be.</summary>
    /// <param name="policy">The one that stays.</param>
    /// <param name="reason">What is wrong.</param>
    public void PolicyNotChanged(string policy, string reason) => Write(AuditEventId.PolicyNotChanged, e => e with { Rule = policy, Reason = reason });

    /// <summary>A policy was assigned that is rolled back unless it is confirmed.</summary>
    public void PolicyOnTrial(string policy, string reason) => Write(AuditEventId.PolicyOnTrial, e => e with { Rule = policy, Reason = reason });

    /// <summary>It was.</summary>
    public void PolicyConfirmed(string policy) => Write(AuditEventId.PolicyConfirmed, e => e with { Rule = policy });

    /// <summary>It was not.</summary>
    /// <param name="policy">What is assigned again.</param>
    /// <param name="reason">What was on trial.</param>
    public void PolicyRolledBack(string policy, string reason) => Write(AuditEventId.PolicyRolledBack, e => e with { Rule = policy, FailurePoint = FailurePoint.Me, Reason = reason });

    /// <summary>The back end behind a service answers at an address that is not protected.</summary>
    public void OtherWayToBackEnd(string service, string way) => Write(AuditEventId.OtherWayToBackEnd, e => e with { Service = service, Reason = way });

    /// <summary>Main mode is complete; perhaps the peer settled for a weaker key exchange than this node would have.</summary>
    public void AssociationEstablished(Association association)
    {
        Write(AuditEventId.AssociationEstablished, e => With(e, association) with { Mode = "main" });
        if (association.MissedGroup is { } missed)
        {
            Write(AuditEventId.WeakerExchange, e => With(e, association) with { Mode = "main", Reason = $"this node prefers {missed.Name}, which the peer does not allow or puts behind {association.Group.Name}" });
        }
    }

    public void AssociationEnded(Association association, string reason) => Write(AuditEventId.AssociationEnded, e => With(e, association) with
    {
        Mode = "main",
        Reason = reason,
        QuickModes = association.QuickModes,
        BytesSent = association.Totals.BytesSent,
        BytesReceived = association.Totals.BytesReceived,
    });

    public void ChannelEstablished(SecureChannel channel) => Write(AuditEventId.ChannelEstablished, e => With(e, channel));

    public void ChannelEnded(SecureChannel channel) => Write(AuditEventId.ChannelEnded, e => With(e, channel) with
    {
        QuickModes = channel.QuickModes,
        KeyUpdates = channel.KeyUpdates,
        Streams = channel.StreamNumber,
        BytesSent = channel.Totals.BytesSent,
        BytesReceived = channel.Totals.BytesReceived,
        Milliseconds = (time.GetUtcNow() - channel.Created).TotalMilliseconds,
    });

    /// <summary>A stream of a protected service began.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="service">The service.</param>
    /// <param name="endpoint">The relay endpoint, null at the listener.</param>
    public void ServiceUsed(SecureChannel channel, string service, string? endpoint) =>
        Write(AuditEventId.ServiceUsed, e => With(e, channel) with { Mode = null, Service = service, Endpoint = endpoint });

    /// <summary>A stream of a protected service is over.</summary>
    public void ServiceEnded(SecureChannel channel, string service, string? endpoint, long bytesSent, long bytesReceived, string reason) =>
        Write(AuditEventId.ServiceEnded, e => With(e, channel) with
        {
            Mode = null,
            Service = service,
            Endpoint = endpoint,
            BytesSent = (ulong)bytesSent,
            BytesReceived = (ulong)bytesReceived,
            Reason = reason,
        });

    /// <summary>A stream was refused.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="service">What was asked for, in the peer's words.</param>
    /// <param name="endpoint">The relay endpoint, null at the listener.</param>
    /// <param name="point">Who refused.</param>
    /// <param name="code">The code that the peer was told, or told.</param>
    /// <param name="reason">Why, for the operator.</param>
    /// <param name="rule">The rule that decided, if one did.</param>
    public void ServiceRefused(
        SecureChannel channel, string service, string? endpoint, FailurePoint point, ErrorCode code, string reason, PolicyRule? rule = null) =>
        WriteUnlessMany(AuditEventId.ServiceRefused, $"refused {endpoint ?? channel.Association.Peer.Name}", e => With(e, channel) with
        {
            Mode = null,
            Service = service,
            Endpoint = endpoint,
            FailurePoint = point,
            Code = code.Name(),
            Reason = reason,
            Rule = rule?.Name,
            Flags = FlagsOf(rule),
        });

    public void BackEndUnreachable(SecureChannel channel, string service, string reason) =>
        WriteUnlessMany(AuditEventId.BackEndUnreachable, $"back end of {service}", e => With(e, channel) with
        {
            Mode = null,
            Service = service,
            FailurePoint = FailurePoint.Me,
            Code = ErrorCode.BackEndUnreachable.Name(),
            Reason = reason,
        });

    private static IReadOnlyList<string>? FlagsOf(PolicyRule? rule) => rule is null ? null : Some(rule.Flags);

    private static AuditEvent With(AuditEvent one, Association association) => one with
    {
        Role = Name(association.Role),
        PeerIdentity = association.Peer.DnsNames,
        PeerFingerprint = association.Peer.Fingerprint,
        Authentication = association.Peer.Method.ToString(),
        Association = association.Id,
        Suite = association.Suite.Name,
        Group = association.Group.Name,
        AssociationSeconds = association.Lifetimes.AssociationSeconds,
        AssociationQuickModes = association.Lifetimes.QuickModes,
        KeySeconds = association.Lifetimes.KeySeconds,
        KeyKilobytes = association.Lifetimes.KeyKilobytes,
    };

    private static AuditEvent With(AuditEvent one, SecureChannel channel) => one with
    {
        Mode = "quick",
        Role = Name(channel.Role),
        LocalAddress = Text(channel.LocalEndPoint),
        RemoteAddress = Text(channel.RemoteEndPoint),
        PeerIdentity = channel.Association.Peer.DnsNames,
        PeerFingerprint = channel.Association.Peer.Fingerprint,
        Association = channel.Association.Id,
        Channel = channel.Id,
        Suite = channel.Association.Suite.Name,
        KeySeconds = channel.Association.Lifetimes.KeySeconds,
        KeyKilobytes = channel.Association.Lifetimes.KeyKilobytes,
        InboundSpi = channel.InboundSpi.ToString("x8", CultureInfo.InvariantCulture),
        OutboundSpi = channel.OutboundSpi.ToString("x8", CultureInfo.InvariantCulture),
    };

    private static string Name(Role role) => role == Role.Initiator ? "initiator" : "responder";

    /// <summary>An address as the configuration writes it.</summary>
    private static string? Text(EndPoint? address) => address switch
    {
        null => null,
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}"),
        UnixDomainSocketEndPoint socket => $"unix:{socket}",
        _ => address.ToString(),
    };

    private void Write(AuditEventId id, Func<AuditEvent, AuditEvent>? complete = null)
    {
        Counts.Count(id);
        WriteCounted(id, complete);
    }

    /// <summary>What each connection of a client can bring about: of one source ten in a minute are told one by one (550 tells the others), all are counted.</summary>
    private void WriteUnlessMany(AuditEventId id, string source, Func<AuditEvent, AuditEvent> complete)
    {
        Counts.Count(id);
        if (_flood.Admits(source))
        {
            WriteCounted(id, complete);
        }
    }

    private void WriteCounted(AuditEventId id, Func<AuditEvent, AuditEvent>? complete)
    {
        bool isSelected = selection.Has(AuditEventKind.Of(id));
        Action<AuditEvent>? told = Told;
        if (!isSelected && told is null)
        {
            return;
        }
        AuditEvent one = AuditEvents.New(id, node, time);
        one = complete is null ? one : complete(one);
        if (isSelected)
        {
            sink.Write(one);
        }
        told?.Invoke(one);
    }
}
