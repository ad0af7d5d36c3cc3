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

            if (endpoint.ClearTo is { } clearTo)
            {
                ValidateClearTo($"relay:endpoints:{name}:clearTo", clearTo, endpoint, configuration, errors);
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
