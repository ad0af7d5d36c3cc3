using FeBeRelay.Relay.Telemetry;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Takes the place of YARP's forwarder, which sits on <see cref="HttpClient"/>: HTTP/1.1 on channel streams, every byte as it comes
/// (docs/architecture.md says what that is for). Never throws for what a client or a back end did.
/// </summary>
internal sealed class RelayForwarder(BackEndPools pools, RouteTransforms routes, TimeProvider time, ILogger<RelayForwarder> logger) : IHttpForwarder
{
    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        IReverseProxyFeature? proxy = context.Features.Get<IReverseProxyFeature>();
        BackEndPool pool = pools.Get(destinationPrefix, proxy?.ProxiedDestination?.Model.Config, context.Features.Get<ClientConnection>()?.Endpoint);
        RoutePlan route = routes.PlanOf(proxy?.Route.Config);
        using RequestPlan? request = await RequestPlan.CreateAsync(context, transformer, route, pool.Destination).ConfigureAwait(false);
        if (request is null)
        {
            return ForwarderError.None;
        }
        RelaySpans.Current?.SetTag("feberelay.service", pool.Destination.Service).SetTag("feberelay.node", pool.Destination.Node);
        var exchange = new Exchange(context, pool, request, route, transformer, requestConfig.ActivityTimeout, time, logger);
        try
        {
            await exchange.RunAsync(AbortOf(context, cancellationToken)).ConfigureAwait(false);
            RelaySpans.Current?.SetTag("feberelay.channel.id", exchange.Channel);
            HttpLog.ExchangeDone(logger, context.TraceIdentifier, pool.Destination.Service, pool.Destination.Node, exchange.Channel, context.Response.StatusCode);
            return ForwarderError.None;
        }
        catch (ExchangeException e)
        {
            return await FailAsync(context, pool.Destination, e.Error, e.Status, e.Step, e).ConfigureAwait(false);
        }
        catch (ClientBodyException e)
        {
            return await FailAsync(context, pool.Destination, ForwarderError.RequestBodyClient, e.IsMalformed ? 400 : 0, "reading the request", e).ConfigureAwait(false);
        }
        catch (ClientGoneException e)
        {
            return await FailAsync(context, pool.Destination, ForwarderError.RequestCanceled, 0, "", e).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A client on HTTP/1.1 tells of its going by its connection; HTTP/2 has resets of one request, and a route may have a time-out.
    /// </summary>
    private static CancellationToken AbortOf(HttpContext context, CancellationToken given) =>
        given.CanBeCanceled ? given
        : context.Features.Get<ClientConnection>() is null || context.Request.Protocol == "HTTP/2" || context.Features.Get<IHttpRequestTimeoutFeature>() is not null
            ? context.RequestAborted
            : CancellationToken.None;

    /// <summary>Tells the client, or cuts it off where it already has part of an answer.</summary>
    /// <param name="status">0 when nobody is there to be told.</param>
    private async ValueTask<ForwarderError> FailAsync(
        HttpContext context, DestinationAddress destination, ForwarderError error, int status, string step, Exception cause)
    {
        if (error != ForwarderError.RequestCanceled)
        {
            RelaySpans.Current?.SetFailure(error.ToString(), cause.Message);
            HttpLog.ExchangeFailed(logger, context.TraceIdentifier, destination.Service, destination.Node, error.ToString(), cause.Message);
        }
        if (status != 0 && !context.Response.HasStarted)
        {
            await ErrorPage.WriteAsync(context, status, destination.Node, step).ConfigureAwait(false);
        }
        else if (context.Request.Protocol == "HTTP/2" || context.Features.Get<ClientConnection>() is not { } client)
        {
            context.Abort();
        }
        else
        {
            client.Reset();
        }
        context.Features.Set<IForwarderErrorFeature>(new ForwarderErrorFeature(error, cause));
        return error;
    }

    private sealed record ForwarderErrorFeature(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
