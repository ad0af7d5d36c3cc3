using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Telemetry;
using Microsoft.AspNetCore.Builder;

namespace FeBeRelay.Relay;

/// <summary>How the node is seen and steered.</summary>
internal sealed partial class Node
{
    private Task StartManagementAsync()
    {
        _telemetry = CreateTelemetry();
        _management = _options.Management is { } management ? CreateManagement(management) : null;
        return _management?.StartAsync() ?? Task.CompletedTask;
    }

    private NodeTelemetry? CreateTelemetry() => _options is { Management: null, Collector: null }
        ? null
        : new NodeTelemetry(
            _options.Name, new NodeMeter(_options.Name, Monitor, _audit.Counts, _health, _time), _options.Collector, _time, _loggers.CreateLogger<NodeTelemetry>());

    private ManagementEndpoint CreateManagement(ManagementOptions options)
    {
        var actions = new AssociationActions(Associations, () => _pools.All, _time);
        var api = new ManagementApi(Monitor, Associations, actions, new EventFeed(_audit, _time), _audit);
        var parts = new ManagementParts(api, new HealthApi(_health), _telemetry!.Metrics)
        {
            // Browsers reach TCP only.
            Site = _options.Site is { } site && options.Listen.Count > 0 ? CreateSite(site, actions) : null,
        };
        return ManagementEndpoint.Create(options, parts, _audit, _loggers);
    }

    private Func<ManagementTokens, WebApplication> CreateSite(ManagementSite site, AssociationActions actions)
    {
        _history = new CounterHistory(Monitor.ReadTotals, _time);
        return tokens => site(new ManagedNode
        {
            Monitor = Monitor.Read,
            History = _history,
            Identity = _options.Identity,
            Policy = _options.Policy,
            Policies = _options.Policies,
            Peers = _options.Peers,
            Associations = Associations,
            Actions = actions,
            Audit = _audit,
            AuditFile = _options.AuditFile,
            Tokens = tokens,
            Time = _time,
            Loggers = _loggers,
        });
    }
}
