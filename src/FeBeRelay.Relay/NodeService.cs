using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay;

/// <summary>A node in a host: opens its ports at start, drains at stop.</summary>
internal sealed class NodeService(NodeConfiguration configuration, IConfiguration values, TimeProvider time, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private Node? _node;

    /// <exception cref="Channel.Identity.IdentityException">A certificate is not usable.</exception>
    /// <exception cref="NodeStartException">An address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _node = new Node(NodeOptionsFactory.Create(configuration, values, time), time, loggers);
        await _node.StartAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => _node?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _node?.DisposeAsync() ?? ValueTask.CompletedTask;
}
