using FeBeRelay.Relay.Audit;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
namespace FeBeRelay.Relay.Management;

/// <summary>Lets a request pass to an endpoint when its way or its token gives the role that the endpoint asks for.</summary>
internal sealed class RoleGate(ManagementTokens tokens, AuditLog audit, ILogger logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        ManagementWay way = context.Features.GetRequiredFeature<ManagementWay>();
        ManagementRole role = way.Role != ManagementRole.None ? way.Role : RoleOf(context.Request.Headers.Authorization);
        // An address that does not exist is none that a stranger is told of.
        ManagementRole needed = context.GetEndpoint()?.Metadata.GetMetadata<NeedsRole>()?.Role ?? ManagementRole.Viewer;
        if (role >= needed)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        bool isKnown = role != ManagementRole.None;
        string reason = isKnown ? "it needs the role of an operator" : "it needs a token";
        string request = $"{context.Request.Method} {context.Request.Path}";
        ManagementLog.Refused(logger, way.Name, request, reason);
        audit.ManagementRefused(way.Name, RequestGuard.RemoteOf(context), isKnown ? "Role" : "Token", $"{request}: {reason}");
        if (!isKnown)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }
        await Problem.WriteAsync(context, isKnown ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized, reason).ConfigureAwait(false);
    }

    private ManagementRole RoleOf(StringValues authorization) => authorization is [{ } one] ? tokens.RoleOf(one) : ManagementRole.None;
}

/// <summary>Metadata of an endpoint that asks for another role than viewer.</summary>
internal sealed record NeedsRole(ManagementRole Role);
