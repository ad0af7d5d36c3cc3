using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>relay</c>.</summary>
public sealed record RelaySettings
{
    [Description("Relay endpoints, by a name of the administrator's choice.")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public IReadOnlyDictionary<string, RelayEndpointSettings> Endpoints { get; init; } = new Dictionary<string, RelayEndpointSettings>();
}

/// <summary>One entry of <c>relay:endpoints</c>.</summary>
public sealed record RelayEndpointSettings
{
    /// <summary><c>stream</c> or <c>transparent</c>.</summary>
    [Description("stream: applications connect to the endpoint. transparent: they connect to its destinations, and nftables leads them here (Linux, feberelay capture).")]
    [AllowedValues("stream", "transparent")]
    public string Kind { get; init; } = "stream";

    [Description("Where the front-end application sends its plain traffic. Loopback or a Unix socket, or the traffic crosses a network unprotected.")]
    [Example("\"127.0.0.1:8080\"")]
    public required EndpointAddress Listen { get; init; }

    [Description("The peer that gets it: a name of section nodes.")]
    [Example("\"be1\"")]
    public required string Node { get; init; }

    [Description("The service asked for there.")]
    [Example("\"owa\"")]
    [Form(ServiceSettings.NamePattern, ServiceSettings.NameForm)]
    public required string Service { get; init; }

    [Description("The addresses whose connections a transparent endpoint takes: where applications believe the service to be.")]
    [Example("[ \"10.0.0.7:80\" ]")]
    public IReadOnlyList<EndpointAddress> Destinations { get; init; } = [];

    internal bool IsTransparent => Kind == "transparent";

    /// <summary>Null: nothing is ever sent clear.</summary>
    [Description("Where clear bytes go if policy lets them: the service's own port at the peer. Absent: nothing is ever sent clear.")]
    [Example("\"be1.lab.test:80\"")]
    public EndpointAddress? ClearTo { get; init; }

    /// <summary><c>on</c> or <c>off</c>.</summary>
    [Description("Whether a policy that only responds asks the peer, beside the first clear connection, if it wants security.")]
    [AllowedValues("on", "off")]
    public string Enquiry { get; init; } = "on";
}
