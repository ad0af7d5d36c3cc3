using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Telemetry;

namespace FeBeRelay.Relay;

/// <summary>What a node consists of, checked and ready: made from the configuration, or in memory by the lab and tests.</summary>
internal sealed record NodeOptions
{
    /// <summary>Its name in logs.</summary>
    public required string Name { get; init; }

    /// <summary>Who it is and whom it believes.</summary>
    public required NodeIdentity Identity { get; init; }

    /// <summary>The peers that it dials.</summary>
    public IReadOnlyList<PeerNode> Peers { get; init; } = [];

    /// <summary>Its relay endpoints.</summary>
    public IReadOnlyList<EndpointOptions> Endpoints { get; init; } = [];

    /// <summary>Its http endpoints, or null.</summary>
    public HttpOptions? Http { get; init; }

    /// <summary>Its node ports; none on a node that only relays.</summary>
    public IReadOnlyList<IPEndPoint> NodePorts { get; init; } = [];

    /// <summary>The services behind the node ports.</summary>
    public IReadOnlyList<Service> Services { get; init; } = [];

    /// <summary>Where it can be managed, or null.</summary>
    public ManagementOptions? Management { get; init; }

    /// <summary>Where its metrics and traces are sent to, or null.</summary>
    public OtlpExport? Collector { get; init; }

    /// <summary>Builds what the management endpoint serves to browsers, or null.</summary>
    public ManagementSite? Site { get; init; }

    /// <summary>Where its policy comes from; null without a configuration file.</summary>
    public PolicySource? Policies { get; init; }

    /// <summary>The file of the security log, if there is one.</summary>
    public string? AuditFile { get; init; }

    /// <summary>Where security events go; stays its maker's.</summary>
    public AuditLog Audit { get; init; } = AuditLog.None();

    /// <summary>What goes protected, clear or not at all; may be changed while the node runs.</summary>
    public EffectivePolicy Policy { get; init; } = new(NodePolicy.Of(Posture.SecureServer));

    /// <summary>Where pins outlive the node; null keeps them as long as it runs.</summary>
    public PinFile? Pins { get; init; }

    /// <summary>Listening sockets that the process was started with.</summary>
    public InheritedSockets Sockets { get; init; } = InheritedSockets.None;

    /// <summary>Connections accepted at once; null for as many as the process' limit of open files suffices for.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long open streams get to finish when the node stops.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A relay endpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Listen">Where the application sends its plain traffic.</param>
/// <param name="Peer">The name of the peer that gets it.</param>
/// <param name="Service">The service asked for there.</param>
internal sealed record EndpointOptions(string Name, EndPoint Listen, string Peer, string Service)
{
    /// <summary>What a transparent endpoint takes; empty for one that applications connect to.</summary>
    public IReadOnlyList<IPEndPoint> Destinations { get; init; } = [];

    /// <summary>Where clear bytes go if policy lets them; null is nowhere.</summary>
    public EndPoint? ClearTo { get; init; }

    /// <summary>Whether a policy that only responds asks the peer by an enquiry.</summary>
    public bool IsEnquiryOn { get; init; } = true;
}
