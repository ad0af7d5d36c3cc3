using System.Net;

namespace FeBeRelay.Relay.Management;

/// <summary>Where a node can be managed.</summary>
/// <param name="Folder">Absolute path of the owner's folder with sockets and tokens; it is made.</param>
/// <param name="Listen">Loopback addresses for browsers and scrapers, which need a token there.</param>
/// <param name="ForPeers">Roles for which peers come over channels (see <see cref="ManagementFolder.PeerSocket"/>).</param>
internal sealed record ManagementOptions(string Folder, IReadOnlyList<IPEndPoint> Listen, IReadOnlyList<ManagementRole> ForPeers);
