using System.ComponentModel;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>management</c>.</summary>
public sealed record ManagementSettings
{
    [Description("Whether the node can be seen and steered while it runs.")]
    public bool Enabled { get; init; } = true;

    /// <summary>An absolute path once loaded; it need not exist.</summary>
    [Description("Folder with the sockets and tokens of the management endpoint, relative to the configuration file's folder; it is made for the node's own user only. Default: management/ and the configuration file's name. One folder a node.")]
    [Example("\"/run/feberelay/fe1\"")]
    [Form(@"^[^\x00-\x1f]*[^\x00-\x1f/\\]$", "the path of a folder")]
    public string? Folder { get; init; }

    [Description("Loopback addresses where the management endpoint also listens, for browsers and for Prometheus; a token is needed there.")]
    [Example("[ \"127.0.0.1:8444\" ]")]
    public IReadOnlyList<EndpointAddress> Listen { get; init; } = [];

    [Description("Whether the management endpoint also serves the web console, at /console/.")]
    public bool Console { get; init; } = true;

    [Description("Who may look at this node over channels: DNS names of certificates, or \"ou=Unit\".")]
    [Example("[ \"admin.lab.test\" ]")]
    [Form(ServiceSettings.PeerPattern, "the DNS name of a certificate or \"ou=Unit\", without wildcards")]
    public IReadOnlyList<string> Viewers { get; init; } = [];

    [Description("Who may also change things over channels.")]
    [Example("[ \"admin.lab.test\" ]")]
    [Form(ServiceSettings.PeerPattern, "the DNS name of a certificate or \"ou=Unit\", without wildcards")]
    public IReadOnlyList<string> Operators { get; init; } = [];
}
