using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Http;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>Looks at http endpoints and their destinations for what policy leaves open there.</summary>
internal static class HttpPolicyLint
{
    /// <summary>The names of the http endpoints.</summary>
    public static IEnumerable<string> EndpointsOf(IConfiguration values) => values.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.Key);

    /// <summary>Rules are looked up for each pair of endpoint and destination; each destination is reported once.</summary>
    public static IEnumerable<PolicyWarning> Check(NodeConfiguration configuration, IConfiguration values, NodePolicy policy) =>
        from cluster in values.GetSection("ReverseProxy:Clusters").GetChildren()
        from destination in cluster.GetSection("Destinations").GetChildren()
        from warning in CheckDestination(configuration, destination, [.. EndpointsOf(values)], policy)
        select warning;

    private static IEnumerable<PolicyWarning> CheckDestination(NodeConfiguration configuration, IConfigurationSection destination, string[] endpoints, NodePolicy policy)
    {
        if (!DestinationAddress.TryParse(destination["Address"] ?? "", out var address) || !configuration.Nodes.TryGetValue(address.Node, out var node))
        {
            yield break;
        }

        var rule = endpoints
            .Select(endpoint => policy.Find(PolicyTraffic.ToNode(node) with { Endpoint = endpoint, Service = address.Service }).Rule)
            .FirstOrDefault(rule => rule.MaySendClear);
        var hasClearTo = destination["Metadata:clearTo"] is not null;
        if (rule is not null && !hasClearTo)
        {
            yield return new PolicyWarning(
                $"{destination.Path}:Metadata:clearTo", $"is absent: rule {rule.Name} may send clear, and here it never can", "name where clear bytes go, or let the rule protect (secureServer)");
        }

        if (rule is null && hasClearTo)
        {
            yield return new PolicyWarning($"{destination.Path}:Metadata:clearTo", "is never used: no rule sends anything clear there", "remove clearTo, or let a rule fall back with soft");
        }

        if (rule is not null && hasClearTo && string.Equals(destination["Metadata:guard"] ?? configuration.Http.Guard, "off", StringComparison.OrdinalIgnoreCase))
        {
            yield return new PolicyWarning(
                destination["Metadata:guard"] is null ? "http:guard" : $"{destination.Path}:Metadata:guard",
                $"is off: by rule {rule.Name} passwords and cookies may go clear to node {address.Node}", "write refuse, or warn to be told");
        }
    }
}
