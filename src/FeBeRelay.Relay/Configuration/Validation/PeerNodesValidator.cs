namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>nodes</c>.</summary>
internal static class PeerNodesValidator
{
    public static void Validate(IReadOnlyDictionary<string, PeerNodeSettings> nodes, ConfigurationErrors errors)
    {
        foreach (var (name, node) in nodes)
        {
            var key = $"nodes:{name}";
            if (node.Address.IsUnix || node.Address.Port == 0)
            {
                errors.Add($"{key}:address", node.Address, "is not a node port: channels run over TCP, ports 1 to 65535", "write \"host:port\" or \"[v6 address]:port\"");
            }

            if (node.SourceAddress is { } source && node.Address.Address is { } target && source.AddressFamily != target.AddressFamily)
            {
                errors.Add($"{key}:sourceAddress", source, $"cannot reach {node.Address}: one is IPv4, the other IPv6", "use a local address of the same kind");
            }

            if (node.WarmChannels > node.MaxIdleChannels)
            {
                errors.Add($"{key}:warmChannels", node.WarmChannels, $"is more than maxIdleChannels, {node.MaxIdleChannels}", "warm channels are idle ones: lower warmChannels or raise maxIdleChannels");
            }
        }
    }
}
