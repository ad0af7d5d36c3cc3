using System.Net;
using FeBeRelay.Relay.Audit;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace FeBeRelay.Relay.Http;

/// <summary>What every request passes first: admission, and what a client may not say of itself.</summary>
internal sealed class RequestGate(IReadOnlyList<IPNetwork> trusted, AuditLog audit, ILogger logger)
{
    // Where a back end would read who the client is and how it came (KB 307347 for the first).
    private static readonly string[] ForwardingNames =
    [
        "Front-End-Https", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix",
        "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Real-IP", "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<ClientConnection>() is { IsCut: true })
        {
            // The rest of a body that broke off, which Kestrel takes for the next request.
            context.Abort();
            return Task.CompletedTask;
        }
        if (Admission.Problem(context, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is { } problem)
        {
            HttpLog.RequestRefused(logger, context.TraceIdentifier, context.Connection.RemoteIpAddress?.ToString(), problem);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        }
        if (!audit.MayAdmit)
        {
            return ErrorPage.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, node: null, "recording the request: the security log cannot be written");
        }
        RequestFields.RemoveNominated(context.Request.Headers);
        if (!IsTrusted(context.Connection.RemoteIpAddress))
        {
            RemoveForwarding(context.Request.Headers);
        }
        return next(context);
    }

    /// <summary>A Unix socket has no address: who may open it is the file's business.</summary>
    private bool IsTrusted(IPAddress? client)
    {
        IPAddress? address = client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client;
        return address is null || trusted.Any(n => n.Contains(address));
    }

    private static void RemoveForwarding(IHeaderDictionary headers)
    {
        foreach (string name in ForwardingNames)
        {
            headers.Remove(name);
        }
        // Underscores are read as hyphens by some servers.
        foreach (string name in headers.Keys.Where(n => n.Contains('_') && ForwardingNames.Contains(n.Replace('_', '-'), StringComparer.OrdinalIgnoreCase)).ToList())
        {
            headers.Remove(name);
        }
    }
}
