namespace FeBeRelay.Channel.Hosting;

/// <summary>The channel for HttpClient.</summary>
public static class FeBeChannelHandlerExtensions
{
    /// <summary>
    /// Lets a handler's connections go to a service of a node, over channels. Addresses are <c>http://...</c>, of any host: it is the Host that the service sees, and nobody is looked up by it.
    /// What HttpClient does with connections stays as it is; in particular it sends some requests again on a connection that ended (docs/library.md).
    /// </summary>
    /// <param name="handler">A handler that has sent nothing yet.</param>
    /// <param name="client">The way to the node; stays the caller's.</param>
    /// <param name="service">1 to 63 characters of a-z 0-9 . -</param>
    public static SocketsHttpHandler UseFeBeChannel(this SocketsHttpHandler handler, ChannelClient client, string service)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(client);
        handler.UseProxy = false;
        handler.ConnectCallback = async (_, cancellation) => new EndingStream(await client.OpenStreamAsync(service, cancellation).ConfigureAwait(false));
        return handler;
    }
}
