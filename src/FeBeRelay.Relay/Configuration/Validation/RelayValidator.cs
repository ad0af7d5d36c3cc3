namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>relay</c>.</summary>
internal static class RelayValidator
{
    public static void Validate(NodeConfiguration configuration, ConfigurationErrors errors)
    {
        foreach (var (name, endpoint) in configuration.Relay.Endpoints)
        {
            if (!configuration.Nodes.ContainsKey(endpoint.Node))
            {
                errors.Add($"relay:endpoints:{name}:node", endpoint.Node, "is not in section nodes", UnknownNodeFix(endpoint.Node, configuration.Nodes.Keys));
            }

            ValidateDestinations($"relay:endpoints:{name}", endpoint, configuration, errors);
            if (endpoint.ClearTo is { } clearTo)
            {
                ValidateClearTo($"relay:endpoints:{name}:clearTo", clearTo, endpoint, configuration, errors);
            }
        }
    }

    private static void ValidateDestinations(string key, RelayEndpointSettings endpoint, NodeConfiguration configuration, ConfigurationErrors errors)
    {
        if (endpoint.IsTransparent != endpoint.Destinations.Count > 0)
        {
            (string problem, string fix) = endpoint.IsTransparent
                ? ("are missing: nothing would be captured", "write the addresses that applications connect to, like \"10.0.0.7:80\"")
                : ("count with kind transparent only", "write \"kind\": \"transparent\", or remove them");
            errors.Add($"{key}:destinations", null, problem, fix);
        }
        if (endpoint.IsTransparent && (endpoint.Listen.Address is null || endpoint.Listen.Port == 0))
        {
            errors.Add($"{key}:listen", endpoint.Listen, "cannot be redirected to", "write an IP address and a port, like 127.0.0.1:15001");
        }
        for (var i = 0; i < endpoint.Destinations.Count; i++)
        {
            EndpointAddress destination = endpoint.Destinations[i];
            if (destination.Address is null || destination.Port == 0 || destination.Address.AddressFamily != endpoint.Listen.Address?.AddressFamily)
            {
                errors.Add($"{key}:destinations:{i}", destination, "is no IP address and port of the family of listen", "write one, like 10.0.0.7:80; IPv6 needs an endpoint of its own on [::1]");
            }
            if (configuration.Nodes.Values.Any(n => n.Address == destination))
            {
                errors.Add($"{key}:destinations:{i}", destination, "is a peer's node port: the node's own channels would be captured", "name the address that applications connect to");
            }
        }
    }

    private static void ValidateClearTo(
        string key, EndpointAddress clearTo, RelayEndpointSettings endpoint, NodeConfiguration configuration, ConfigurationErrors errors)
    {
        if (!clearTo.IsUnix && clearTo.Port == 0)
        {
            errors.Add(key, clearTo, "has no port to connect to", "write a port, 1 to 65535");
        }

        if (configuration.Nodes.TryGetValue(endpoint.Node, out var node) && node.Address == clearTo)
        {
            errors.Add(key, clearTo, "is the peer's node port, which takes channels only", "name the service's own port (listener:services:NAME:listen at the peer) or the plain server");
        }

        if (clearTo == endpoint.Listen)
        {
            errors.Add(key, clearTo, "is this endpoint itself", "name the service's own port at the peer");
        }
    }

    internal static string UnknownNodeFix(string node, IEnumerable<string> known)
    {
        var names = string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase));
        return names.Length == 0
            ? $"add it: \"nodes\": {{ \"{node}\": {{ \"address\": ..., \"identity\": ... }} }}"
            : $"add it there, or write one of: {names}";
    }
}
