using System.Net;

namespace FeBeRelay.Channel.Hosting;

/// <summary>A node port inside Kestrel: who it is, where it listens, which services it has.</summary>
public sealed class ChannelServerOptions : ChannelIdentityOptions
{
    /// <summary>The node port; port 0 is any free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 8443);

    /// <summary>
    /// Services by the name that peers ask for (1 to 63 of a-z 0-9 . -), each with those who may use it: DNS names of certificates, or <c>ou=Unit</c>. At least one;
    /// nobody else gets in. The application tells them apart by <see cref="ChannelPeer.Service"/>.
    /// </summary>
    public IDictionary<string, IReadOnlyList<string>> Services { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
}
