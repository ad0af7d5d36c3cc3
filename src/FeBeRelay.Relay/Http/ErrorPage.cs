using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>What a person sees when it does not work: which node, which step, and a number to find it in the log; nothing internal.</summary>
internal static class ErrorPage
{
    /// <summary>Answers with a page, and ends the client's connection: a request's body may still be on its way.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string? node, string step)
    {
        HttpResponse response = context.Response;
        response.Clear();
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal) && (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0))
        {
            response.Headers.Connection = "close";
        }
        string at = node is null ? "" : $"Node: {node}\n";
        byte[] text = Encoding.UTF8.GetBytes($"{status} {ReasonPhrases.GetReasonPhrase(status)}\n\n{at}Step: {step}\nCorrelation id: {context.TraceIdentifier}\n");
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>YARP answers 503 with nothing where no destination is left to choose.</summary>
    public static async Task AfterProxyAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response is { StatusCode: StatusCodes.Status503ServiceUnavailable, HasStarted: false } && context.Features.Get<IReverseProxyFeature>() is { } proxy)
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, node: null, $"choosing a destination of cluster {proxy.Cluster.Config.ClusterId}: none is available").ConfigureAwait(false);
        }
    }
}
