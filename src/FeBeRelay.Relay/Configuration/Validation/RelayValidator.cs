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
