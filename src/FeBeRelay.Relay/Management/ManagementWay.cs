using System.Net;

namespace FeBeRelay.Relay.Management;

/// <summary>How a connection reached the management endpoint: a feature of the connection.</summary>
/// <param name="Name">For the security log.</param>
/// <param name="Role">The role that being able to come this way proves.</param>
/// <param name="Address">The TCP address that it came to, whose name the request must bear; null on a Unix socket.</param>
internal sealed record ManagementWay(string Name, ManagementRole Role, IPEndPoint? Address);
