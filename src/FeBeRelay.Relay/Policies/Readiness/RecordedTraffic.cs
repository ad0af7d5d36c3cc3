using System.Text.Json;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Policies.Readiness;

/// <summary>Reads of a security log what went clear since a time, and what Secure Server would have done to it.</summary>
/// <param name="configuration">Tells services from relay endpoints, and who the peers are.</param>
internal sealed class RecordedTraffic(NodeConfiguration configuration)
{
    private readonly Dictionary<(string Name, string Source, string Rule, ClearCause Cause), Flow> _flows = [];
    private readonly HashSet<string> _reached = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>When the log begins.</summary>
    public DateTimeOffset? Begins { get; private set; }

    /// <summary>Reads a log: the file that is written, and the full ones beside it.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Read(string log, DateTimeOffset since)
    {
        foreach (RawLine line in AuditFileNames.All(log).SelectMany(AuditLineReader.Read).Where(line => line.IsWhole))
        {
            if (TryRead(line.Bytes.Span) is { } one)
            {
                Begins ??= one.Time;
                if (one.Time >= since)
                {
                    Take(one);
                }
            }
        }
    }

    /// <summary>What was found, the worst first.</summary>
    public IReadOnlyList<ReadinessFinding> Findings() =>
    [
        .. _flows.Select(pair => Judge(pair.Key.Name, pair.Key.Source, pair.Key.Rule, pair.Key.Cause, pair.Value))
            .OrderBy(finding => finding.Verdict).ThenByDescending(finding => finding.Connections).ThenBy(finding => finding.Source, StringComparer.Ordinal),
    ];

    private static AuditEvent? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return AuditText.Read(line);
        }
        catch (JsonException)
        {
            // What is no line of a log is for 'audit verify' to tell.
            return null;
        }
    }

    private void Take(AuditEvent one)
    {
        switch ((AuditEventId)one.Id)
        {
            case AuditEventId.AssociationEstablished when one.Role == "initiator":
                _reached.UnionWith(one.PeerIdentity ?? []);
                break;
            case AuditEventId.ClearTraffic:
                Flow begun = FlowOf(one);
                begun.Connections++;
                begun.First = begun.Connections == 1 ? one.Time : begun.First;
                begun.Last = one.Time;
                break;
            case AuditEventId.ClearTrafficEnded:
                FlowOf(one).Bytes += (one.BytesSent ?? 0) + (one.BytesReceived ?? 0);
                break;
        }
    }

    private Flow FlowOf(AuditEvent one)
    {
        var key = (one.Endpoint ?? "", one.PeerNode ?? "", one.Rule ?? "", one.Cause ?? ClearCause.Permit);
        return _flows.TryGetValue(key, out Flow? flow) ? flow : _flows[key] = new Flow { First = one.Time, Last = one.Time };
    }

    private ReadinessFinding Judge(string name, string source, string rule, ClearCause cause, Flow flow)
    {
        bool isInward = configuration.Listener?.Services.ContainsKey(name) == true;
        (ReadinessVerdict verdict, string reason) =
            isInward ? (ReadinessVerdict.Fails, "came clear, and Secure Server takes channels only: give the source a relay, or a rule of its own")
            : cause != ClearCause.Permit ? (ReadinessVerdict.Fails, $"was not reached protected, and Secure Server sends nothing clear: feberelay probe {source}")
            : IsReached(source) ? (ReadinessVerdict.Passes, "was reached protected in the same time")
            : (ReadinessVerdict.Unknown, $"went clear without being asked for security: feberelay probe {source} tells whether it can be reached protected");
        return new ReadinessFinding(
            verdict, isInward ? "in" : "out", name, source, rule, JsonNamingPolicy.CamelCase.ConvertName(cause.ToString()), flow.Connections, flow.Bytes, flow.First, flow.Last, reason);
    }

    private bool IsReached(string node) => configuration.Nodes.TryGetValue(node, out PeerNodeSettings? peer) && _reached.Contains(peer.Identity);

    private sealed class Flow
    {
        public long Connections { get; set; }

        public ulong Bytes { get; set; }

        public DateTimeOffset First { get; set; }

        public DateTimeOffset Last { get; set; }
    }
}
