using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>Reads a node's figures. It only reads totals that are kept anyway: nothing is counted for it on the way of the data. Thread-safe.</summary>
/// <param name="associations">The node's associations.</param>
/// <param name="audit">Its security log, with counts of events and clear bytes.</param>
/// <param name="identity">Who it is.</param>
/// <param name="name">Its name.</param>
/// <param name="policy">The policy in effect.</param>
/// <param name="nodePorts">Gives its node ports.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeMonitor(
    AssociationTable associations, AuditLog audit, NodeIdentity identity, string name, EffectivePolicy policy, Func<IReadOnlyList<IPEndPoint>> nodePorts, TimeProvider time)
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>When the node started.</summary>
    public DateTimeOffset Started => _started;

    /// <summary>The program's version.</summary>
    public static string ProgramVersion { get; } = typeof(NodeMonitor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Everything.</summary>
    public MonitorView Read() => new()
    {
        Time = time.GetUtcNow(),
        Node = ReadNode(),
        Totals = ReadTotals(),
        Associations = [.. associations.All.OrderByDescending(one => one.Created).Select(Read)],
        Clear = [.. audit.ClearBytes.Totals.Select(Read)],
    };

    /// <summary>Who the node is.</summary>
    public NodeView ReadNode() => new()
    {
        Name = name,
        Version = ProgramVersion,
        Started = _started,
        Identity = identity.Certificate.DnsNames,
        Fingerprint = identity.Certificate.Fingerprint,
        CertificateEnds = identity.Certificate.NotAfter,
        Policy = policy.Current.Name,
        Posture = policy.Current.Posture.Name,
        TrialUntil = policy.TrialUntil,
        IsAuditOnly = policy.Current.IsAuditOnly,
        NodePorts = [.. nodePorts().Select(port => port.ToString())],
    };

    /// <summary>The node as a whole.</summary>
    public TotalsView ReadTotals()
    {
        AssociationTotals all = associations.Totals;
        IReadOnlyList<ClearTotals> clear = audit.ClearBytes.Totals;
        AuditCounters events = audit.Counts;
        SecureChannel[] channels = [.. associations.All.SelectMany(one => one.Channels)];
        long rekeys = (long)all.All.Rekeys;
        long quickModes = all.ChannelsMade + rekeys;
        long keyUpdates = (long)all.All.KeyUpdates;
        return new TotalsView
        {
            ActiveAssociations = associations.All.Count,
            ActiveChannels = channels.Length,
            OpenStreams = channels.Count(channel => !channel.IsIdle),
            ConfidentialBytesSent = all.Confidential.BytesSent,
            ConfidentialBytesReceived = all.Confidential.BytesReceived,
            AuthenticatedBytesSent = all.Authenticated.BytesSent,
            AuthenticatedBytesReceived = all.Authenticated.BytesReceived,
            ClearConnections = clear.Sum(flow => flow.Connections),
            ClearBytesSent = clear.Sum(flow => flow.BytesSent),
            ClearBytesReceived = clear.Sum(flow => flow.BytesReceived),
            RecordsSent = all.All.RecordsSent,
            RecordsReceived = all.All.RecordsReceived,
            MainModes = events[AuditEventId.AssociationEstablished],
            QuickModes = quickModes,
            SoftAssociations = events[AuditEventId.FallbackToSoft],
            KeyAdditions = 2 * quickModes + keyUpdates,
            Rekeys = rekeys,
            KeyUpdates = keyUpdates,
            AuthenticationFailures = events[AuditEventId.PeerNotAuthenticated] + events[AuditEventId.PeerNotAllowed],
            NegotiationFailures = events[AuditEventId.InvalidData] + events[AuditEventId.MainModeFailed] + events[AuditEventId.QuickModeFailed],
            RecordsNotAuthenticated = events[AuditEventId.IntegrityCheckFailed],
            RecordsReplayed = events[AuditEventId.ReplayDetected],
            UnknownAssociations = events[AuditEventId.UnknownAssociation],
            ServicesRefused = events[AuditEventId.ServiceRefused],
            BackEndsUnreachable = events[AuditEventId.BackEndUnreachable],
            ClearRefused = events[AuditEventId.ClearTrafficRefused],
        };
    }

    /// <summary>One association.</summary>
    public AssociationView Read(Association association)
    {
        ChannelView[] channels = [.. association.Channels.OrderByDescending(channel => channel.Created).Select(Read)];
        TrafficTotals totals = association.Totals;
        return new AssociationView
        {
            Id = association.Id,
            Role = association.Role == Role.Initiator ? "initiator" : "responder",
            Peer = association.Peer.Name,
            PeerFingerprint = association.Peer.Fingerprint,
            Protection = association.Suite.IsConfidential ? Protection.Secured : Protection.AuthenticatedOnly,
            Suite = association.Suite.Name,
            Group = association.Group.Name,
            Rules = [.. channels.Select(channel => channel.Rule).OfType<string>().Distinct()],
            Services = [.. channels.Select(channel => channel.Service).OfType<string>().Distinct()],
            Created = association.Created,
            LastUsed = association.LastUsed,
            AgeSeconds = Seconds(time.GetUtcNow() - association.Created),
            ExpiresInSeconds = Seconds(association.TimeLeft),
            RekeyInSeconds = channels.Min(channel => channel.RekeyInSeconds),
            QuickModes = association.QuickModes,
            BytesSent = totals.BytesSent,
            BytesReceived = totals.BytesReceived,
            Channels = channels,
        };
    }

    private ChannelView Read(SecureChannel channel)
    {
        TrafficTotals totals = channel.Totals;
        return new ChannelView
        {
            Id = channel.Id,
            State = !channel.IsIdle ? ChannelState.Busy : channel.IsParked ? ChannelState.Parked : ChannelState.Idle,
            Service = channel.Service,
            Endpoint = channel.Endpoint,
            Rule = RuleOf(channel),
            LocalAddress = channel.LocalEndPoint.ToString(),
            RemoteAddress = channel.RemoteEndPoint.ToString(),
            InboundSpi = channel.InboundSpi.ToString("x8", CultureInfo.InvariantCulture),
            OutboundSpi = channel.OutboundSpi.ToString("x8", CultureInfo.InvariantCulture),
            Created = channel.Created,
            AgeSeconds = Seconds(time.GetUtcNow() - channel.Created),
            Streams = channel.StreamNumber,
            Rekeys = (long)totals.Rekeys,
            KeyUpdates = (long)totals.KeyUpdates,
            KeyAgeSeconds = Seconds(channel.KeyAge),
            RekeyInSeconds = channel.KeysDueIn is { } due ? Seconds(due) : null,
            BytesSent = totals.BytesSent,
            BytesReceived = totals.BytesReceived,
        };
    }

    private static ClearView Read(ClearTotals totals) => new()
    {
        Endpoint = totals.Flow.Endpoint,
        Peer = totals.Flow.Peer,
        Rule = totals.Flow.Rule,
        Cause = JsonNamingPolicy.CamelCase.ConvertName(totals.Flow.Cause.ToString()),
        Connections = totals.Connections,
        BytesSent = totals.BytesSent,
        BytesReceived = totals.BytesReceived,
    };

    private string? RuleOf(SecureChannel channel)
    {
        if (channel.Service is not { } service)
        {
            return null;
        }
        bool outbound = channel.Role == Role.Initiator;
        return policy.Current.Find(new Traffic(outbound ? Direction.Outbound : Direction.Inbound)
        {
            PeerAddress = channel.RemoteEndPoint.Address,
            PeerIdentities = [.. channel.Association.Peer.DnsNames, .. channel.Association.Peer.OrganizationalUnits.Select(unit => $"ou={unit}")],
            Port = outbound ? channel.RemoteEndPoint.Port : channel.LocalEndPoint.Port,
            Endpoint = channel.Endpoint,
            Service = service,
        }).Rule.Name;
    }

    private static long Seconds(TimeSpan span) => Math.Max(0, (long)span.TotalSeconds);
}
