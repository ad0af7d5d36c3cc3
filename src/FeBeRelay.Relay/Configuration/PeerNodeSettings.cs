using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace FeBeRelay.Relay.Configuration;

/// <summary>One entry of section <c>nodes</c>: a peer that this node dials.</summary>
public sealed record PeerNodeSettings
{
    internal const string NamePattern = "^[A-Za-z0-9._-]{1,63}$";
    internal const string NameForm = "1 to 63 letters, digits, dots, hyphens or underscores";

    [Description("The peer's node port, host:port.")]
    [Example("\"be1.lab.test:8443\"")]
    public required EndpointAddress Address { get; init; }

    /// <summary>Without it any node of the same authority could answer in the peer's place.</summary>
    [Description("DNS name that the peer's certificate must carry.")]
    [Example("\"be1.lab.test\"")]
    [Form(DnsName.Pattern, "a DNS name")]
    public required string Identity { get; init; }

    /// <summary>Null means <c>feberelay/</c> and the identity.</summary>
    [Description("Service principal of Kerberos that the peer must be, service/host without a realm. Default: feberelay/ and the identity. Counts where a rule takes kerberos.")]
    [Example("\"feberelay/be1.lab.test\"")]
    [Form("^[a-z0-9._-]{1,63}/[a-z0-9._-]{1,136}$", "service/host in small letters, without a realm")]
    public string? KerberosService { get; init; }

    /// <summary>Null lets the system choose.</summary>
    [Description("Local address to dial from, on servers with several. Default: the system chooses.")]
    [Example("\"10.0.0.5\"")]
    public IPAddress? SourceAddress { get; init; }

    /// <summary>Channels, 0 to 10000; 0 closes a channel after its stream.</summary>
    [Description("Idle channels kept open for the next streams, those beyond 64 for a minute only; 0 closes a channel after its stream.")]
    [Range(0, 10_000)]
    public int MaxIdleChannels { get; init; } = 1_024;

    /// <summary>Channels, 0 to 1000.</summary>
    [Description("Channels opened ahead of the first stream and kept ready.")]
    [Range(0, 1000)]
    public int WarmChannels { get; init; }
}
