using FeBeRelay.Relay.Monitoring;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FeBeRelay.Relay.Management;

/// <summary>What the API's description says beside its addresses.</summary>
internal static class ApiDescription
{
    private const string Scheme = "token";

    /// <summary>Title, version and how to authenticate; no address of a server, since each node has its own.</summary>
    public static Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "FeBeRelay management",
            Version = NodeMonitor.ProgramVersion,
            Description = "One node, seen and steered. Fields are added in later versions, not renamed. docs/management.md says who may what.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Needed on TCP; a Unix socket has its role in its name." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    }
}
