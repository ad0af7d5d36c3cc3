using FeBeRelay.Relay.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FeBeRelay.Relay.Management;

/// <summary>For load balancers, service managers and orchestrators, which have no token: alive, and ready for new traffic. They learn words, not reasons.</summary>
internal sealed class HealthApi(NodeHealth health)
{
    /// <summary>Adds its addresses.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder all = routes.MapGroup("").WithMetadata(new NeedsRole(ManagementRole.None));
        all.MapGet("/healthz", () => Results.Text("ok\n")).WithName("getAlive").WithSummary("Whether the process answers; without a token").Produces<string>(200, "text/plain");
        all.MapGet("/readyz", () => Answer(health.Read(withDetails: false)))
            .WithName("getReady").WithSummary("Whether the node is ready for new traffic; without a token, and without reasons").Produces<HealthView>().Produces<HealthView>(503);
        routes.MapGet("/api/v1/health", () => Results.Json(health.Read(withDetails: true), ManagementJson.Default.HealthView))
            .WithName("getHealth").WithSummary("Whether the node is ready for new traffic, and why not").Produces<HealthView>();
    }

    private static IResult Answer(HealthView view) => Results.Json(
        view, ManagementJson.Default.HealthView, statusCode: view.Status == HealthStatus.NotReady ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
