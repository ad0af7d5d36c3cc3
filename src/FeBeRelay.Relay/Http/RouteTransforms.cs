using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// This relay's defaults for transforms: the client's Host goes on, no X-Forwarded fields unless a route asks for them. Knows of each route whether it has
/// transforms at all: without, requests and answers are passed on without messages being made of them.
/// </summary>
internal sealed class RouteTransforms : ITransformProvider
{
    private static readonly string[] ForwardedNames = ["X-Forwarded", "Forwarded", "X-Forwarded-For"];

    private readonly ConditionalWeakTable<RouteConfig, RoutePlan> _plans = [];

    /// <summary>What a route does to its messages.</summary>
    public RoutePlan PlanOf(RouteConfig? route) => route is not null && _plans.TryGetValue(route, out RoutePlan? plan) ? plan : RoutePlan.All;

    /// <inheritdoc/>
    public void ValidateRoute(TransformRouteValidationContext context)
    {
        if (context.Route.Transforms?.Any(t => t.Keys.Any(k => k.StartsWith("ResponseTrailer", StringComparison.OrdinalIgnoreCase))) == true)
        {
            context.Errors.Add(new ArgumentException("transforms of response trailers are not applied by this relay, which passes trailers on as they are; remove them"));
        }
    }

    /// <inheritdoc/>
    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    /// <summary>Comes after YARP's own providers, so that it sees all of their transforms.</summary>
    public void Apply(TransformBuilderContext context)
    {
        bool request = context.RequestTransforms.Count > 0 || context.CopyRequestHeaders == false;
        bool response = context.ResponseTransforms.Count > 0 || context.CopyResponseHeaders == false;
        bool forwards = context.Route.Transforms?.Any(t => t.Keys.Any(k => ForwardedNames.Contains(k, StringComparer.OrdinalIgnoreCase))) == true;
        if (!forwards)
        {
            context.UseDefaultForwarders = false;
        }
        if (!context.RequestTransforms.Any(t => t is RequestHeaderOriginalHostTransform))
        {
            context.AddOriginalHost(true);
        }
        _plans.AddOrUpdate(context.Route, new RoutePlan(request, response));
    }
}

/// <summary>Which messages of a route go through YARP's transforms.</summary>
/// <param name="TransformsRequest">The requests do.</param>
/// <param name="TransformsResponse">The answers do.</param>
internal sealed record RoutePlan(bool TransformsRequest, bool TransformsResponse)
{
    /// <summary>For who is called without a route.</summary>
    public static readonly RoutePlan All = new(true, true);
}
