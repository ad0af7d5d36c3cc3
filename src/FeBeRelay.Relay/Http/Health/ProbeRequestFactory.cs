using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http.Health;

/// <summary>Makes the requests of YARP's active health checks: to a host that stands for the destination, by a client that connects through its channel.</summary>
internal sealed class ProbeRequestFactory : IProbingRequestFactory
{
    /// <summary>Names the destination to <see cref="ProbeClientFactory"/>.</summary>
    public static readonly HttpRequestOptionsKey<DestinationConfig> Destination = new("febe-destination");

    private static readonly string UserAgent = $"FeBeRelay/{typeof(ProbeRequestFactory).Assembly.GetName().Version?.ToString(3)} (health check)";

    /// <inheritdoc/>
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        ActiveHealthCheckConfig? check = cluster.Config.HealthCheck?.Active;
        // HttpClient pools by host, so every destination has one of its own; it is never resolved.
        string host = $"{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(destination.Config.Address)[^Math.Min(30, destination.Config.Address.Length)..])}.invalid";
        var uri = new UriBuilder(Uri.UriSchemeHttp, host) { Path = check?.Path ?? "/", Query = check?.Query ?? "" };
        var request = new HttpRequestMessage(HttpMethod.Get, uri.Uri);
        request.Headers.Host = destination.Config.Host ?? (DestinationAddress.TryParse(destination.Config.Address, out DestinationAddress? address) ? address.Node : null);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Options.Set(Destination, destination.Config);
        return request;
    }
}
