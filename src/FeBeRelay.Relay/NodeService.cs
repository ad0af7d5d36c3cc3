using FeBeRelay.Channel.Transport;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Credentials;
using FeBeRelay.Relay.Fleet;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay;

/// <summary>A node in a host: opens its ports at start, drains at stop.</summary>
internal sealed class NodeService(
    NodeConfiguration configuration, IConfiguration values, PolicySource policies, InheritedSockets sockets, TimeProvider time, ILoggerFactory loggers,
    ManagementSite? site = null) : IHostedService, IAsyncDisposable
{
    private Node? _node;
    private AuditWriter? _audit;
    private CredentialWatch? _credentials;
    private FleetAgent? _fleet;
    private PolicyWatch? _policies;
    private bool _isDisposed;

    /// <exception cref="Channel.Identity.IdentityException">A certificate is not usable.</exception>
    /// <exception cref="NodeStartException">An address cannot be listened on, or the audit log not be written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        NodeOptions options = NodeOptionsFactory.Create(configuration, values, time);
        _audit = AuditFactory.Open(configuration.Audit, options.Name, options.Identity, time, loggers);
        var log = new AuditLog(_audit, AuditFactory.SelectionOf(configuration.Audit), options.Name, time);
        _node = new Node(
            options with { Audit = log, AuditFile = configuration.Audit.Path, Sockets = sockets, Policies = policies, Site = configuration.Management.Console ? site : null },
            time,
            loggers);
        _credentials = CreateWatch(options, log, _node);
        await _credentials.StartAsync(TimeSpan.FromSeconds(configuration.Node.ReloadSeconds));
        if (configuration.Policy.Fleet is { } fleet)
        {
            _fleet = new FleetAgent(fleet, options.Identity, options.Policy, log, time, loggers.CreateLogger<FleetAgent>());
            _fleet.Start();
        }
        var trials = new PolicyTrials(policies, options.Policy, log, time, loggers.CreateLogger<PolicyWatch>());
        _policies = new PolicyWatch(policies, options.Policy, values, trials, time);
        _policies.Start(TimeSpan.FromSeconds(configuration.Node.ReloadSeconds));
        await _node.StartAsync();
    }

    /// <summary>Looks at the files again: the operator has changed something.</summary>
    public Task ReloadAsync()
    {
        _policies?.Reload();
        return Task.WhenAll(_credentials?.ReloadAsync() ?? Task.CompletedTask, _fleet?.PollAsync() ?? Task.CompletedTask);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _node?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The node first: its end is in the log.</summary>
    public async ValueTask DisposeAsync()
    {
        // The host knows it under two types.
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        if (_policies is not null)
        {
            await _policies.DisposeAsync().ConfigureAwait(false);
        }
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync().ConfigureAwait(false);
        }
        if (_credentials is not null)
        {
            await _credentials.DisposeAsync().ConfigureAwait(false);
        }
        if (_node is not null)
        {
            await _node.DisposeAsync().ConfigureAwait(false);
        }
        if (_audit is not null)
        {
            await _audit.DisposeAsync().ConfigureAwait(false);
        }
    }

    private CredentialWatch CreateWatch(NodeOptions options, AuditLog audit, Node node)
    {
        CredentialFiles files = NodeOptionsFactory.FilesOf(configuration, time);
        ILogger<CredentialWatch> logger = loggers.CreateLogger<CredentialWatch>();
        TimeSpan interval = TimeSpan.FromSeconds(configuration.Node.Revocation.FetchSeconds);
        var fetcher = new RevocationFetcher(files.Addresses, interval, time, logger);
        var responders = new OcspFetcher(files.Responders, interval, audit, time, logger);
        return new CredentialWatch(options.Identity, node.Associations, files, fetcher, responders, audit, time, logger);
    }
}
