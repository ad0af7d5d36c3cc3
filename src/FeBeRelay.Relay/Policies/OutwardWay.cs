using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Http;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>A way that a configuration has to a service of a peer: a relay endpoint, or an http endpoint with one of the destinations.</summary>
/// <param name="Endpoint">The endpoint's name.</param>
/// <param name="IsHttp">Which of the two kinds.</param>
/// <param name="Node">The peer's name in <c>nodes</c>.</param>
/// <param name="Service">The service asked for there.</param>
/// <param name="Traffic">What rules are found by.</param>
internal sealed record OutwardWay(string Endpoint, bool IsHttp, string Node, string Service, Traffic Traffic)
{
    /// <summary>Where clear bytes go, as it is written; null is nowhere.</summary>
    public string? ClearTo { get; private init; }

    /// <summary>Whether there is somewhere for clear bytes to go.</summary>
    public bool HasClearTo => ClearTo is not null;

    /// <summary>Whether the peer may be asked by an enquiry.</summary>
    public bool IsEnquiryOn { get; private init; }

    /// <summary>What becomes of requests with credentials where the way is clear; null for relay endpoints, which do not look.</summary>
    public GuardMode? Guard { get; private init; }

    /// <summary>Where it leads, as it may be written in a question.</summary>
    public string To => $"{Service}@{Node}";

    /// <summary>All of a configuration without errors.</summary>
    /// <param name="configuration">The node's own sections.</param>
    /// <param name="values">The whole configuration, with .NET's and YARP's sections.</param>
    public static IEnumerable<OutwardWay> Of(NodeConfiguration configuration, IConfiguration values) =>
    [
        .. configuration.Relay.Endpoints.Select(entry => OfRelay(configuration, entry.Key, entry.Value)),
        .. from endpoint in HttpPolicyLint.EndpointsOf(values)
           from cluster in values.GetSection("ReverseProxy:Clusters").GetChildren()
           from destination in cluster.GetSection("Destinations").GetChildren()
           from way in OfHttp(configuration, endpoint, destination)
           select way,
    ];

    private static OutwardWay OfRelay(NodeConfiguration configuration, string name, RelayEndpointSettings settings) =>
        new(name, IsHttp: false, settings.Node, settings.Service, PolicyTraffic.Of(configuration, name))
        {
            ClearTo = settings.ClearTo?.ToString(),
            IsEnquiryOn = settings.Enquiry != "off",
        };

    private static IEnumerable<OutwardWay> OfHttp(NodeConfiguration configuration, string endpoint, IConfigurationSection destination)
    {
        if (!DestinationAddress.TryParse(destination["Address"] ?? "", out var address) || !configuration.Nodes.TryGetValue(address.Node, out var node))
        {
            return [];
        }

        IConfigurationSection metadata = destination.GetSection("Metadata");
        var options = new DestinationOptions(metadata[DestinationOptions.ClearToKey], metadata[DestinationOptions.EnquiryKey], metadata[DestinationOptions.GuardKey]);
        return
        [
            new OutwardWay(endpoint, IsHttp: true, address.Node, address.Service, PolicyTraffic.ToNode(node) with { Endpoint = endpoint, Service = address.Service })
            {
                ClearTo = options.ClearTo,
                IsEnquiryOn = options.IsEnquiryOn,
                Guard = options.GuardOr(DestinationOptions.TryParse(configuration.Http.Guard, out GuardMode usual) ? usual : GuardMode.Refuse),
            },
        ];
    }
}
