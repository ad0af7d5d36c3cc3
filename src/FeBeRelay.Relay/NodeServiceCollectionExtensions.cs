using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FeBeRelay.Relay;

/// <summary>Puts a node into a host.</summary>
internal static class NodeServiceCollectionExtensions
{
    public static IServiceCollection AddFeBeRelayNode(this IServiceCollection services, NodeConfiguration configuration)
        => services.AddSingleton(configuration);
}
