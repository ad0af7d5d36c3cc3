using System.Text;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
namespace FeBeRelay.Relay.Management;

/// <summary>The API, version 1: what is read, what is done, what happens. docs/management.md describes it for people, /openapi/v1.json for programs.</summary>
internal sealed class ManagementApi(NodeMonitor monitor, AssociationTable associations, AssociationActions actions, EventFeed feed, AuditLog audit)
{
    /// <summary>Adds its addresses.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1");
        api.MapGet("/node", () => Results.Json(monitor.ReadNode(), ManagementJson.Default.NodeView))
            .WithName("getNode").WithSummary("Who the node is").Produces<NodeView>();
        api.MapGet("/totals", () => Results.Json(monitor.ReadTotals(), ManagementJson.Default.TotalsView))
            .WithName("getTotals").WithSummary("The node as a whole, since its start").Produces<TotalsView>();
        api.MapGet("/monitor", () => Results.Json(monitor.Read(), ManagementJson.Default.MonitorView))
            .WithName("getMonitor").WithSummary("Everything that the monitor shows").Produces<MonitorView>();
        api.MapGet("/associations", () => Results.Json(monitor.Read().Associations, ManagementJson.Default.IReadOnlyListAssociationView))
            .WithName("getAssociations").WithSummary("All associations with their channels").Produces<IReadOnlyList<AssociationView>>();
        api.MapGet("/associations/{id}", (string id) => Find(id, one => Results.Json(monitor.Read(one), ManagementJson.Default.AssociationView)))
            .WithName("getAssociation").WithSummary("One association; its id may be cut, as long as it is one").Produces<AssociationView>().Produces<Problem>(404);
        MapActions(api);
        api.MapGet("/events", (HttpContext context) => feed.Listen(context.RequestAborted) is { } events
                ? TypedResults.ServerSentEvents(events)
                : Problem.Result(StatusCodes.Status503ServiceUnavailable, "there are too many listeners"))
            .WithName("getEvents").WithSummary("Security events as they happen, as server-sent events named as in docs/audit.md")
            .Produces<string>(200, "text/event-stream").Produces<Problem>(503);
    }

    private void MapActions(RouteGroupBuilder api)
    {
        RouteGroupBuilder operators = api.MapGroup("").WithMetadata(new NeedsRole(ManagementRole.Operator));
        operators.MapDelete("/associations/{id}", (string id, [Microsoft.AspNetCore.Mvc.FromBody] ActionRequest request, HttpContext context) => FindAsync(id, one => DeleteAsync(one, request, context)))
            .WithName("deleteAssociation").WithSummary("Forget an association and end its channels").Produces<Acted>().Produces<Problem>(404);
        operators.MapPost("/associations/{id}/rekey", (string id, ActionRequest request, HttpContext context) => Find(id, one => Rekey(one, request, context)))
            .WithName("rekeyAssociation").WithSummary("Start quick mode in each of its channels").Produces<Acted>(202).Produces<Problem>(404);
    }

    private async Task<IResult> DeleteAsync(Association association, ActionRequest request, HttpContext context)
    {
        Tell(association, $"deleted{Reason(request)}", context);
        int channels = await actions.DeleteAsync(association, "deleted by an operator").ConfigureAwait(false);
        return Results.Json(new Acted(association.Id, channels), ManagementJson.Default.Acted);
    }

    private IResult Rekey(Association association, ActionRequest request, HttpContext context)
    {
        Tell(association, $"new keys{Reason(request)}", context);
        return Results.Json(new Acted(association.Id, AssociationActions.Rekey(association)), ManagementJson.Default.Acted, statusCode: StatusCodes.Status202Accepted);
    }

    private void Tell(Association association, string what, HttpContext context) =>
        audit.ManagementAction(context.Features.GetRequiredFeature<ManagementWay>().Name, RequestGuard.RemoteOf(context), association.Id, what);

    private static string Reason(ActionRequest request) =>
        string.IsNullOrWhiteSpace(request.Reason) ? "" : $": {request.Reason[..Math.Min(request.Reason.Length, ActionRequest.MaxReason)]}";

    private IResult Find(string id, Func<Association, IResult> found) =>
        FindOne(id) is { } one ? found(one) : NotFound(id);

    private Task<IResult> FindAsync(string id, Func<Association, Task<IResult>> found) =>
        FindOne(id) is { } one ? found(one) : Task.FromResult(NotFound(id));

    /// <summary>By its id or the beginning of it.</summary>
    private Association? FindOne(string id)
    {
        Association[] found = id.Length < 4 ? [] : [.. associations.All.Where(one => one.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }

    private static IResult NotFound(string id) => Problem.Result(
        StatusCodes.Status404NotFound, $"there is no association {Encoding.ASCII.GetString([.. id.Where(char.IsAsciiLetterOrDigit).Take(32).Select(c => (byte)c)])}, or more than one begins like that");
}
