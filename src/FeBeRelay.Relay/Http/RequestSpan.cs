using System.Diagnostics;
using System.Globalization;
using FeBeRelay.Relay.Telemetry;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// A span of each request, named and labelled as OpenTelemetry's conventions for HTTP servers have it. The target's query is left out, since it may hold
/// secrets. The client's <c>traceparent</c> goes on to the back end as it came.
/// </summary>
internal static class RequestSpan
{
    private const string OtherMethod = "_OTHER";

    private static readonly HashSet<string> KnownMethods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"];

    public static Task InvokeAsync(HttpContext context, RequestDelegate next) => RelaySpans.AreWanted ? TraceAsync(context, next) : next(context);

    private static async Task TraceAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        string method = KnownMethods.Contains(request.Method) ? request.Method : OtherMethod;
        ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out ActivityContext parent);
        using Activity? span = RelaySpans.BeginRequest(method == OtherMethod ? "HTTP" : method, parent);
        if (span is { IsAllDataRequested: true })
        {
            Describe(span, request, method);
        }
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            End(span, context);
        }
    }

    private static void Describe(Activity span, HttpRequest request, string method)
    {
        span.SetTag("http.request.method", method).SetTag("url.scheme", request.Scheme).SetTag("url.path", request.Path.Value)
            .SetTag("network.protocol.name", "http").SetTag("network.protocol.version", request.Protocol.Replace("HTTP/", "", StringComparison.Ordinal));
        if (method == OtherMethod)
        {
            span.SetTag("http.request.method_original", request.Method);
        }
        if (request.Host is { HasValue: true } host)
        {
            span.SetTag("server.address", host.Host).SetTag("server.port", host.Port ?? (request.IsHttps ? 443 : 80));
        }
        if (request.HttpContext.Connection is { RemoteIpAddress: { } client } connection)
        {
            span.SetTag("client.address", client.ToString()).SetTag("client.port", connection.RemotePort);
        }
    }

    private static void End(Activity? span, HttpContext context)
    {
        int status = context.Response.StatusCode;
        span?.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError && span is { Status: ActivityStatusCode.Unset })
        {
            span.SetFailure(status.ToString(CultureInfo.InvariantCulture), "");
        }
    }
}
