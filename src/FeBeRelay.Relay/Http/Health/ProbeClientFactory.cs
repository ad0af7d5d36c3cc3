using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http.Health;

/// <summary>The client of YARP's active health checks; requests of clients do not come here. Each of its connections is a stream of its own.</summary>
internal sealed class ProbeClientFactory(BackEndPools pools) : IForwarderHttpClientFactory
{
    /// <inheritdoc/>
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context)
    {
        if (context.OldClient is { } old)
        {
            return old;
        }
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // A probe is to tell whether a new connection can be had.
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        });
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        if (!context.InitialRequestMessage.Options.TryGetValue(ProbeRequestFactory.Destination, out DestinationConfig? destination))
        {
            throw new InvalidOperationException("this client is for health checks only");
        }
        return await pools.Get(destination.Health ?? destination.Address, destination, endpoint: null).OpenStreamAsync(cancellation).ConfigureAwait(false);
    }
}
