namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>listener</c>.</summary>
internal static class ListenerValidator
{
    public static void Validate(ListenerSettings? listener, ConfigurationErrors errors)
    {
        if (listener is null)
        {
            return;
        }

        for (var i = 0; i < listener.Listen.Count; i++)
        {
            if (listener.Listen[i].IsUnix)
            {
                errors.Add($"listener:listen:{i}", listener.Listen[i], "is not a node port: channels run over TCP", "write \"0.0.0.0:8443\" or the like");
            }
        }

        foreach (var (name, service) in listener.Services)
        {
            ValidateBackEnd($"listener:services:{name}:backEnd", service.BackEnd, listener.Listen, errors);
            if (service.Listen is { } own)
            {
                ValidateOwnPort($"listener:services:{name}:listen", own, service.BackEnd, errors);
            }
        }
    }

    private static void ValidateOwnPort(string key, EndpointAddress own, EndpointAddress backEnd, ConfigurationErrors errors)
    {
        if (own.IsUnix)
        {
            errors.Add(key, own, "is not a port: channels run over TCP", "write \"0.0.0.0:80\" or the like");
        }

        if (own.Overlaps(backEnd))
        {
            errors.Add(key, own, "is the back end's own address", "let the application listen on loopback or another port, and name that in backEnd");
        }
    }

    private static void ValidateBackEnd(string key, EndpointAddress backEnd, IReadOnlyList<EndpointAddress> nodePorts, ConfigurationErrors errors)
    {
        if (!backEnd.IsUnix && backEnd.Port == 0)
        {
            errors.Add(key, backEnd, "has no port to connect to", "write a port, 1 to 65535");
        }

        if (nodePorts.Contains(backEnd))
        {
            errors.Add(key, backEnd, "is this node's own node port", "name the address of the application behind the service");
        }
    }
}
