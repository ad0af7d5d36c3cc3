using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>What no single value can get wrong: the rules between keys, one validator a section.</summary>
internal static class NodeConfigurationValidator
{
    public static void Validate(NodeConfiguration configuration, IConfiguration values, ConfigurationErrors errors)
    {
        if (configuration.Relay.Endpoints.Count == 0 && configuration.Listener is null && !HttpValidator.IsPresent(values))
        {
            errors.Add("relay", null, "is missing, and so is listener: the node would have nothing to do", "add \"relay\" with endpoints, or \"Kestrel\" and \"ReverseProxy\", or \"listener\" with services");
        }

        LocalNodeValidator.Validate(configuration.Node, values, errors);
        PeerNodesValidator.Validate(configuration.Nodes, errors);
        RelayValidator.Validate(configuration, errors);
        HttpValidator.Validate(configuration, values, errors);
        ListenerValidator.Validate(configuration.Listener, errors);
        PolicyValidator.Validate(configuration.Policy, errors);
        PolicyValidator.ValidateKeys(configuration, errors);
        ManagementValidator.Validate(configuration, errors);
        TelemetryValidator.Validate(configuration.Telemetry, errors);
        ListenAddressValidator.Validate(configuration, errors);
    }
}
