using System.Net;
using FeBeRelay.Relay.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>http</c>, and what YARP and this relay have to say about <c>ReverseProxy</c> and <c>Kestrel</c>.</summary>
internal static class HttpValidator
{
    /// <summary>Whether the node has http endpoints, or half of what makes some.</summary>
    public static bool IsPresent(IConfiguration values) =>
        values.GetSection("Kestrel:Endpoints").Exists() || values.GetSection("ReverseProxy").Exists();

    public static void Validate(NodeConfiguration configuration, IConfiguration values, ConfigurationErrors errors)
    {
        for (int i = 0; i < configuration.Http.TrustedClients.Count; i++)
        {
            if (!IPNetwork.TryParse(configuration.Http.TrustedClients[i], out _))
            {
                errors.Add($"http:trustedClients:{i}", configuration.Http.TrustedClients[i], "is not a network", "write its first address and the length of its prefix, like 10.0.0.0/8");
            }
        }

        bool hasEndpoints = values.GetSection("Kestrel:Endpoints").GetChildren().Any();
        bool hasRoutes = values.GetSection("ReverseProxy:Routes").GetChildren().Any();
        if (hasEndpoints != hasRoutes)
        {
            (string key, string problem, string fix) = hasEndpoints
                ? ("ReverseProxy:Routes", "is missing: nothing says where requests to Kestrel:Endpoints go", "add YARP's Routes and Clusters")
                : ("Kestrel:Endpoints", "is missing: nothing takes requests for ReverseProxy:Routes", "add \"Kestrel\": { \"Endpoints\": { \"owa\": { \"Url\": \"http://127.0.0.1:8080\" } } }");
            errors.Add(key, null, problem, fix);
        }

        if (hasRoutes)
        {
            ValidateDestinations(configuration, values, errors);
            ValidateMetadata(values, errors);
            ValidateProxy(values, errors);
        }
    }

    private static void ValidateDestinations(NodeConfiguration configuration, IConfiguration values, ConfigurationErrors errors)
    {
        IEnumerable<IConfigurationSection> addresses =
            from cluster in values.GetSection("ReverseProxy:Clusters").GetChildren()
            from destination in cluster.GetSection("Destinations").GetChildren()
            from key in (string[])["Address", "Health"]
            let address = destination.GetSection(key)
            where address.Value is not null
            select address;
        foreach (IConfigurationSection address in addresses)
        {
            if (!DestinationAddress.TryParse(address.Value!, out DestinationAddress? destination))
            {
                errors.Add(address.Path, address.Value, "is not a service at a node", $"write {DestinationAddress.Form}");
            }
            else if (!configuration.Nodes.ContainsKey(destination.Node))
            {
                errors.Add(address.Path, address.Value, $"names node {destination.Node}, which is not in section nodes", RelayValidator.UnknownNodeFix(destination.Node, configuration.Nodes.Keys));
            }
        }
    }

    /// <summary>What this relay reads of YARP's metadata; other names are anybody's.</summary>
    private static void ValidateMetadata(IConfiguration values, ConfigurationErrors errors)
    {
        IEnumerable<IConfigurationSection> entries =
            from cluster in values.GetSection("ReverseProxy:Clusters").GetChildren()
            from destination in cluster.GetSection("Destinations").GetChildren()
            from entry in destination.GetSection("Metadata").GetChildren()
            select entry;
        foreach (IConfigurationSection entry in entries)
        {
            (bool isRight, string problem, string fix) = entry.Key.ToLowerInvariant() switch
            {
                "clearto" => (EndpointAddress.TryParse(entry.Value ?? "", out EndpointAddress to) && (to.IsUnix || to.Port > 0), "is not an address", $"write where clear bytes go: {EndpointAddress.Forms}"),
                "enquiry" => (entry.Value?.ToLowerInvariant() is "on" or "off", "is neither on nor off", "write on or off"),
                "guard" => (DestinationOptions.TryParse(entry.Value, out _), "is not one of refuse, warn, off", "write one of them"),
                _ => (true, "", ""),
            };
            if (!isRight)
            {
                errors.Add(entry.Path, entry.Value, problem, fix);
            }
        }
    }

    /// <summary>Asks YARP, in its own words.</summary>
    private static void ValidateProxy(IConfiguration values, ConfigurationErrors errors)
    {
        using ServiceProvider services = new ServiceCollection()
            .AddLogging().AddRouting().AddRequestTimeouts()
            .AddReverseProxy().LoadFromConfig(values.GetSection("ReverseProxy")).Services
            .AddSingleton<ITransformProvider, RouteTransforms>()
            .BuildServiceProvider();
        IProxyConfig config;
        try
        {
            config = services.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            errors.Add("ReverseProxy", null, $"is not usable: {e.Message.TrimEnd('.')}", "correct it; its keys are YARP's own");
            return;
        }

        IConfigValidator validator = services.GetRequiredService<IConfigValidator>();
        foreach (RouteConfig route in config.Routes)
        {
            Report(errors, $"ReverseProxy:Routes:{route.RouteId}", validator.ValidateRouteAsync(route).AsTask().GetAwaiter().GetResult());
            if (route.ClusterId is null || config.Clusters.All(c => c.ClusterId != route.ClusterId))
            {
                errors.Add($"ReverseProxy:Routes:{route.RouteId}:ClusterId", route.ClusterId, "is not in section ReverseProxy:Clusters", "add it there, or name one of those");
            }
        }

        foreach (ClusterConfig cluster in config.Clusters)
        {
            Report(errors, $"ReverseProxy:Clusters:{cluster.ClusterId}", validator.ValidateClusterAsync(cluster).AsTask().GetAwaiter().GetResult());
        }
    }

    private static void Report(ConfigurationErrors errors, string key, IEnumerable<Exception> problems)
    {
        foreach (Exception problem in problems)
        {
            errors.Add(key, null, $"is refused by YARP: {problem.Message.TrimEnd('.')}", "correct it; its keys are YARP's own");
        }
    }
}
