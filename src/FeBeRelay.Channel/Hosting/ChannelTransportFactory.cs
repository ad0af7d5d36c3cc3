using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Hosting;

/// <summary>Kestrel's transport for <see cref="ChannelEndPoint"/>s; all other addresses stay with the other transports.</summary>
internal sealed class ChannelTransportFactory(ChannelServerOptions options, TimeProvider time, ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is ChannelEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new ChannelConnectionListener(options, time, loggers));
}
