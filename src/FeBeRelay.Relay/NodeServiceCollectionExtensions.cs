using FeBeRelay.Channel.Transport;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FeBeRelay.Relay;

/// <summary>Puts a node into a host.</summary>
internal static class NodeServiceCollectionExtensions
{
    /// <summary>The node starts and drains with the host; <see cref="NodeService"/> can be asked for, to reload.</summary>
    public static IServiceCollection AddFeBeRelayNode(this IServiceCollection services, NodeConfiguration configuration, PolicySource policies, InheritedSockets sockets, ManagementSite? site = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        if (site is not null)
        {
            services.AddSingleton(site);
        }
        return services.AddSingleton(configuration).AddSingleton(policies).AddSingleton(sockets).AddSingleton<NodeService>().AddHostedService(provider => provider.GetRequiredService<NodeService>());
    }
}
