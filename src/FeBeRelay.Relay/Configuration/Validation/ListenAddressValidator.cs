namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>All addresses the node binds: each numeric, no two in each other's way.</summary>
internal static class ListenAddressValidator
{
    public static void Validate(NodeConfiguration configuration, ConfigurationErrors errors)
    {
        var seen = new List<(string Key, EndpointAddress Address)>();
        foreach (var (key, address) in AddressesOf(configuration))
        {
            // A name may resolve to several addresses, or tomorrow to another one.
            if (!address.IsUnix && address.Address is null)
            {
                errors.Add(key, address, "is a name; a node listens on addresses", LocalAddressFix(address));
            }

            if (seen.Find(other => other.Address.Overlaps(address)) is { Key: not null } taken)
            {
                errors.Add(key, address, $"is already listened on by {taken.Key} ({taken.Address})", "give each its own address or port");
            }

            seen.Add((key, address));
        }
    }

    private static IEnumerable<(string Key, EndpointAddress Address)> AddressesOf(NodeConfiguration configuration)
    {
        var endpoints = configuration.Relay.Endpoints.Select(entry => ($"relay:endpoints:{entry.Key}:listen", entry.Value.Listen));
        var nodePorts = configuration.Listener?.Listen.Select((address, i) => ($"listener:listen:{i}", address)) ?? [];
        var services = (configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>())
            .Where(entry => entry.Value.Listen is not null)
            .Select(entry => ($"listener:services:{entry.Key}:listen", entry.Value.Listen.GetValueOrDefault()));
        var management = configuration.Management.Listen.Select((address, i) => ($"management:listen:{i}", address)).Where(_ => configuration.Management.Enabled);
        return endpoints.Concat(nodePorts).Concat(services).Concat(management);
    }

    private static string LocalAddressFix(EndpointAddress address)
        => string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            ? $"write 127.0.0.1:{address.Port} or [::1]:{address.Port}"
            : $"write the address itself, or 0.0.0.0:{address.Port} or [::]:{address.Port} for all of them";
}
