using System.Net;
using System.Text;
using FeBeRelay.Relay.Management;

namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>management</c>: never open to the network, its sockets' names within what systems take.</summary>
internal static class ManagementValidator
{
    // sun_path with its terminating zero.
    private const int LongestSocketPath = 107;

    public static void Validate(NodeConfiguration configuration, ConfigurationErrors errors)
    {
        ManagementSettings management = configuration.Management;
        if (!management.Enabled)
        {
            return;
        }
        for (int i = 0; i < management.Listen.Count; i++)
        {
            EndpointAddress address = management.Listen[i];
            if (address.IsUnix || address.Address is { } ip && !IPAddress.IsLoopback(ip))
            {
                errors.Add(
                    $"management:listen:{i}", address, address.IsUnix ? "is a Unix socket; those are made in management:folder" : "is not a loopback address",
                    "write 127.0.0.1:PORT or [::1]:PORT; other hosts come over channels, see management:viewers and management:operators");
            }
        }
        if (management.Folder is { } folder && Encoding.UTF8.GetByteCount(folder) + 1 + ManagementFolder.LongestName > LongestSocketPath)
        {
            errors.Add("management:folder", folder, "is too long for the path of a Unix socket", "name a shorter one, for example /run/feberelay/NAME, or set management:enabled to false");
        }
        if (configuration.Listener is null && management.Viewers.Concat(management.Operators).Any())
        {
            errors.Add(
                management.Viewers.Count > 0 ? "management:viewers" : "management:operators", null, "needs a listener: peers come over its node ports", "add \"listener\", or remove the list");
        }
        foreach (string service in (configuration.Listener?.Services.Keys ?? []).Where(ManagementServices.IsReserved))
        {
            errors.Add($"listener:services:{service}", null, $"begins with {ManagementServices.Prefix}, which is the node's own", "rename it");
        }
    }
}
