using System.Net;
using FeBeRelay.Relay.Audit;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
namespace FeBeRelay.Relay.Management;

/// <summary>
/// What stands before everything else. A browser on this host may be made to send requests by any page that it shows, so: the Host must be the address
/// itself (a name that was rebound to it is not), another site's Origin is refused, and what changes something must be JSON, which a form cannot send.
/// </summary>
internal sealed class RequestGuard(AuditLog audit, ILogger logger)
{
    /// <summary>Bytes of a request's body; more is answered with 413.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Harden(context.Response.Headers);
        ManagementWay way = context.Features.GetRequiredFeature<ManagementWay>();
        if (Objection(context.Request, way) is not { } objection)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        string request = $"{context.Request.Method} {context.Request.Path}";
        ManagementLog.Refused(logger, way.Name, request, objection.Reason);
        audit.ManagementRefused(way.Name, RemoteOf(context), objection.Error, $"{request}: {objection.Reason}");
        await Problem.WriteAsync(context, objection.Status, objection.Reason).ConfigureAwait(false);
    }

    /// <summary>Where a request came from; null on a Unix socket.</summary>
    public static IPEndPoint? RemoteOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null;

    private static RefusedRequest? Objection(HttpRequest request, ManagementWay way)
    {
        if (!IsHost(request.Host, way))
        {
            return new(StatusCodes.Status421MisdirectedRequest, "Host", "the Host is not this endpoint's address");
        }
        if (request.Headers.Origin.Count > 0 && !IsOwnOrigin(request))
        {
            return new(StatusCodes.Status403Forbidden, "Origin", "the request comes from another site");
        }
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none")
        {
            return new(StatusCodes.Status403Forbidden, "Origin", "the request comes from another site");
        }
        if (request.ContentLength > MaxBodyBytes)
        {
            return new(StatusCodes.Status413PayloadTooLarge, "Size", "the body is too large");
        }
        if (request.Path.StartsWithSegments("/api") && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !IsJson(request))
        {
            return new(StatusCodes.Status415UnsupportedMediaType, "ContentType", "what changes something is sent as application/json");
        }
        return null;
    }

    private static bool IsHost(HostString host, ManagementWay way)
    {
        bool isLocalhost = host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        _ = IPAddress.TryParse(host.Host.Trim('[', ']'), out IPAddress? literal);
        if (way.Address is not { } address)
        {
            // A socket or a channel. The port is that of a relay endpoint at the asker's side, which is not known here; what matters is that it is no name that somebody rebound.
            return isLocalhost || (literal is not null && IPAddress.IsLoopback(literal));
        }
        return (isLocalhost || address.Address.Equals(literal)) && (host.Port ?? 80) == address.Port;
    }

    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin is [{ } origin] && origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static void Harden(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    }

    private readonly record struct RefusedRequest(int Status, string Error, string Reason);
}
