using System.Net;
using FeBeRelay.Channel.Transport;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Http;

/// <summary>The http endpoints of a node.</summary>
/// <param name="Values">Sections <c>Kestrel</c> (endpoints, certificates) and <c>ReverseProxy</c> (routes, clusters), in .NET's and YARP's own form.</param>
internal sealed record HttpOptions(IConfiguration Values)
{
    /// <summary>From where a client's own forwarding fields are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedClients { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>How often the names of nodes are resolved, each of their addresses a destination of its own; null leaves that to the connector.</summary>
    public TimeSpan? ResolveEvery { get; init; }

    /// <summary>Listening sockets that the process was started with; an http endpoint's name there is <c>http.NAME</c>.</summary>
    public InheritedSockets Sockets { get; init; } = InheritedSockets.None;

    /// <summary>What becomes of a request that carries credentials or a body where its way is clear.</summary>
    public GuardMode Guard { get; init; }

    /// <summary>Whether there is anything to open.</summary>
    public bool HasEndpoints => Values.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
