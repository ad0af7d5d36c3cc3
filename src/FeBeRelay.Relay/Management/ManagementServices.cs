using System.Net.Sockets;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Services;

namespace FeBeRelay.Relay.Management;

/// <summary>The services by which peers reach the management endpoint: what may be done is in the service's name, who may is in its peers.</summary>
internal static class ManagementServices
{
    /// <summary>Names that begin so are no application's.</summary>
    public const string Prefix = "feberelay.";

    /// <summary>Whether an application's service must not have that name.</summary>
    public static bool IsReserved(string service) => service.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The service for a role.</summary>
    public static string NameOf(ManagementRole role) => Prefix + (role == ManagementRole.Operator ? "operator" : "viewer");

    /// <summary>Those that the configuration has peers for.</summary>
    public static IEnumerable<Service> Of(ManagementSettings settings)
    {
        var folder = new ManagementFolder(settings.Folder!);
        return RolesForPeers(settings).Select(role => new Service(
            NameOf(role), new UnixDomainSocketEndPoint(folder.PeerSocket(role)), role == ManagementRole.Operator ? settings.Operators : [.. settings.Viewers, .. settings.Operators], ProxyProtocol: false));
    }

    /// <summary>Roles that peers have. An operator may also look.</summary>
    public static IReadOnlyList<ManagementRole> RolesForPeers(ManagementSettings settings) =>
    [
        .. settings.Viewers.Count + settings.Operators.Count > 0 ? [ManagementRole.Viewer] : Array.Empty<ManagementRole>(),
        .. settings.Operators.Count > 0 ? [ManagementRole.Operator] : Array.Empty<ManagementRole>(),
    ];
}
