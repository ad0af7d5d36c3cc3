using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>Before a destination is chosen: a client whose logon is bound to a back-end connection goes where that leads, whatever balance and health say.</summary>
internal static class DestinationPinning
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        if (context.Features.Get<ClientConnection>()?.PinnedFor(proxy.Cluster.Config.ClusterId) is { } pinned)
        {
            proxy.AvailableDestinations = pinned.Destination;
        }
        return next(context);
    }
}
