using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Hosting;

/// <summary>The channel for ASP.NET Core applications.</summary>
public static class FeBeChannelHostExtensions
{
    /// <summary>
    /// Lets Kestrel speak the channel: one more address, a node port, where nodes reach this application with no listener beside it. Only what a service of
    /// <paramref name="configure"/> names gets in, everything protected; requests come as on any connection, with <see cref="ChannelPeer"/> among their features.
    /// Kestrel's other addresses stay as they are configured: leave none that the network reaches. There is no management endpoint, security log or policy; those are the node's.
    /// </summary>
    public static IWebHostBuilder UseFeBeChannel(this IWebHostBuilder builder, Action<ChannelServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ChannelServerOptions();
        configure(options);
        return builder.ConfigureServices(services =>
        {
            // Kestrel's own transport is added only where there is none.
            services.TryAddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
            services.AddSingleton<IConnectionListenerFactory>(provider => new ChannelTransportFactory(
                options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILoggerFactory>()));
            services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(new ChannelEndPoint(options.Listen)));
        });
    }
}
