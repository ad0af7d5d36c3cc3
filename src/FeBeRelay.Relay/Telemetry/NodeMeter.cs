using System.Diagnostics.Metrics;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>
/// The node's figures as metrics (docs/metrics.md). All of them are read when somebody asks, from what is counted anyway: nothing is added to the way of
/// the data. Every attribute has a bounded set of values.
/// </summary>
internal sealed class NodeMeter : IDisposable
{
    private const string Prefix = "FeBeRelay.";

    private static readonly AuditEventKind[] Events = [.. AuditEventKind.All.Where(kind => kind.Category != AuditCategory.Audit)];

    private readonly Meter _meter;
    private readonly NodeMonitor _monitor;
    private readonly AuditCounters _events;
    private readonly NodeHealth _health;
    private readonly TimeProvider _time;
    private readonly Lock _reading = new();
    private TotalsView? _totals;
    private long _readAt;

    /// <param name="node">The node's name; a process may have several nodes, each with a meter of its own.</param>
    /// <param name="monitor">Reads its figures.</param>
    /// <param name="events">Its counts of security events.</param>
    /// <param name="health">Its health.</param>
    /// <param name="time">The clock.</param>
    public NodeMeter(string node, NodeMonitor monitor, AuditCounters events, NodeHealth health, TimeProvider time)
    {
        _meter = new Meter(Prefix + node, NodeMonitor.ProgramVersion);
        _monitor = monitor;
        _events = events;
        _health = health;
        _time = time;
        AddState();
        AddTraffic();
        AddCounts();
    }

    /// <summary>The meter's name.</summary>
    public string Name => _meter.Name;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void AddState()
    {
        _meter.CreateObservableUpDownCounter("feberelay.associations.active", () => Totals().ActiveAssociations, "{association}", "Associations.");
        _meter.CreateObservableUpDownCounter(
            "feberelay.channels.active",
            () => (IEnumerable<Measurement<long>>)[Of(Totals().OpenStreams, "feberelay.channel.state", "busy"), Of(Totals().ActiveChannels - Totals().OpenStreams, "feberelay.channel.state", "idle")],
            "{channel}", "Channels, with a stream and without.");
        _meter.CreateObservableGauge("feberelay.uptime", () => (_time.GetUtcNow() - _monitor.Started).TotalSeconds, "s", "Time since the node's start.");
        _meter.CreateObservableGauge(
            "feberelay.certificate.time_left", () => (_monitor.ReadNode().CertificateEnds - _time.GetUtcNow()).TotalSeconds, "s", "Time until the node's certificate ends.");
        _meter.CreateObservableGauge(
            "feberelay.health",
            () => _health.Read(withDetails: false).Checks.Select(check => Of(check.Status == HealthStatus.Ready ? 1 : 0, "feberelay.check", check.Name)),
            "1", "1 where a check is well, else 0.");
    }

    private void AddTraffic()
    {
        _meter.CreateObservableCounter("feberelay.io", Bytes, "By", "Bytes that passed, by how they were protected.");
        _meter.CreateObservableCounter(
            "feberelay.records", () => (IEnumerable<Measurement<long>>)[Way((long)Totals().RecordsSent, sent: true), Way((long)Totals().RecordsReceived, sent: false)], "{record}", "Records of channels.");
        _meter.CreateObservableCounter("feberelay.clear.connections", () => Totals().ClearConnections, "{connection}", "Connections in the clear.");
    }

    private void AddCounts()
    {
        _meter.CreateObservableCounter("feberelay.main_modes", () => Totals().MainModes, "{main_mode}", "Main modes that made an association.");
        _meter.CreateObservableCounter(
            "feberelay.quick_modes",
            () => (IEnumerable<Measurement<long>>)[Of(Totals().QuickModes - Totals().Rekeys, "feberelay.quick_mode.kind", "channel"), Of(Totals().Rekeys, "feberelay.quick_mode.kind", "rekey")],
            "{quick_mode}", "Quick modes that made keys, of new channels and in live ones.");
        _meter.CreateObservableCounter("feberelay.key_updates", () => Totals().KeyUpdates, "{key_update}", "Key updates of one direction.");
        _meter.CreateObservableCounter("feberelay.security_events", SecurityEvents, "{event}", "Events of the security log, whether it has them or not.");
    }

    private IEnumerable<Measurement<long>> Bytes()
    {
        TotalsView totals = Totals();
        return
        [
            Io((long)totals.ConfidentialBytesSent, true, "secured"), Io((long)totals.ConfidentialBytesReceived, false, "secured"),
            Io((long)totals.AuthenticatedBytesSent, true, "authenticated_only"), Io((long)totals.AuthenticatedBytesReceived, false, "authenticated_only"),
            Io(totals.ClearBytesSent, true, "clear"), Io(totals.ClearBytesReceived, false, "clear"),
        ];
    }

    private IEnumerable<Measurement<long>> SecurityEvents() => Events.Select(kind => new Measurement<long>(
        _events[kind.Id], new("feberelay.event.id", (int)kind.Id), new("feberelay.event.name", kind.Name),
        new("feberelay.event.outcome", kind.Outcome == AuditOutcome.Success ? "success" : "failure")));

    private static Measurement<long> Of(long value, string attribute, string of) => new(value, new KeyValuePair<string, object?>(attribute, of));

    private static Measurement<long> Way(long value, bool sent) => Of(value, "network.io.direction", Direction(sent));

    private static Measurement<long> Io(long value, bool sent, string protection) => new(value, new("network.io.direction", Direction(sent)), new("feberelay.protection", protection));

    private static string Direction(bool sent) => sent ? "transmit" : "receive";

    /// <summary>One reading serves all instruments of one collection.</summary>
    private TotalsView Totals()
    {
        lock (_reading)
        {
            if (_totals is null || _time.GetElapsedTime(_readAt) > TimeSpan.FromMilliseconds(100))
            {
                _totals = _monitor.ReadTotals();
                _readAt = _time.GetTimestamp();
            }
            return _totals;
        }
    }
}
