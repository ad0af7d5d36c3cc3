using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>Sections Kestrel and ReverseProxy: what YARP or this relay could not use is told before the node starts.</summary>
public sealed class HttpConfigurationTests : IDisposable
{
    private const string Node = """
        {
          "node": { "certificate": { "path": "fe1.pem", "keyPath": "fe1.key" }, "trustedRoots": [ "ca.pem" ] },
          "nodes": { "be1": { "address": "be1.lab.test:8443", "identity": "be1.lab.test" } },
          "Kestrel": { "Endpoints": { "owa": { "Url": "http://127.0.0.1:8080" } } },
          "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" } } },
            "Clusters": { "mail": { "Destinations": { "d1": { "Address": "febe://owa@be1" } } } }
          }
        }
        """;

    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void A_node_with_http_endpoints_only_is_valid() => Assert.Empty(_folder.Load(Node).Errors);

    [Theory]
    [InlineData("\"febe://owa@be1\"", "\"http://10.0.0.1/\"", "ReverseProxy:Clusters:mail:Destinations:d1:Address", "is not a service at a node", "febe://SERVICE@NODE")]
    [InlineData("\"febe://owa@be1\"", "\"febe://owa@be9\"", "ReverseProxy:Clusters:mail:Destinations:d1:Address", "names node be9", "write one of: be1")]
    [InlineData("\"febe://owa@be1\"", "\"febe://be1\"", "ReverseProxy:Clusters:mail:Destinations:d1:Address", "is not a service at a node", "febe://SERVICE@NODE")]
    [InlineData("\"ClusterId\": \"mail\"", "\"ClusterId\": \"other\"", "ReverseProxy:Routes:all:ClusterId", "is not in section ReverseProxy:Clusters", "add it there")]
    [InlineData("{**all}", "{all", "ReverseProxy:Routes:all", "is refused by YARP", "YARP's own")]
    [InlineData("\"Match\":", "\"Transforms\": [ { \"PathRemovPrefix\": \"/a\" } ], \"Match\":", "ReverseProxy:Routes:all", "Unknown transform: PathRemovPrefix", "YARP's own")]
    [InlineData("\"Match\":", "\"Transforms\": [ { \"ResponseTrailer\": \"a\", \"Set\": \"b\" } ], \"Match\":", "ReverseProxy:Routes:all", "trailers", "YARP's own")]
    [InlineData("\"Destinations\":", "\"LoadBalancingPolicy\": \"Best\", \"Destinations\":", "ReverseProxy:Clusters:mail", "is refused by YARP", "YARP's own")]
    [InlineData("\"Destinations\":", "\"HealthCheck\": { \"Active\": { \"Interval\": \"soon\" } }, \"Destinations\":", "ReverseProxy", "is not usable", "YARP's own")]
    [InlineData("\"Kestrel\": { \"Endpoints\"", "\"Kestrel\": { \"Ends\"", "Kestrel:Endpoints", "is missing", "Url")]
    [InlineData("\"Routes\"", "\"Rotes\"", "ReverseProxy:Routes", "is missing", "Routes and Clusters")]
    [InlineData("\"Kestrel\":", "\"http\": { \"trustedClients\": [ \"10.0.0.0/33\" ] }, \"Kestrel\":", "http:trustedClients:0", "is not a network", "10.0.0.0/8")]
    [InlineData("\"febe://owa@be1\"", "\"febe://owa@be1\", \"Metadata\": { \"clearTo\": \"be1\" }", "ReverseProxy:Clusters:mail:Destinations:d1:Metadata:clearTo", "is not an address", "host:port")]
    [InlineData("\"febe://owa@be1\"", "\"febe://owa@be1\", \"Metadata\": { \"enquiry\": \"no\" }", "ReverseProxy:Clusters:mail:Destinations:d1:Metadata:enquiry", "is neither on nor off", "on or off")]
    [InlineData("\"febe://owa@be1\"", "\"febe://owa@be1\", \"Metadata\": { \"guard\": \"none\" }", "ReverseProxy:Clusters:mail:Destinations:d1:Metadata:guard", "is not one of refuse, warn, off", "one of them")]
    [InlineData("\"Kestrel\":", "\"http\": { \"guard\": \"none\" }, \"Kestrel\":", "http:guard", "is not", "refuse")]
    public void What_could_not_be_used_is_reported_with_its_key_and_fix(string old, string replacement, string key, string problem, string fix)
    {
        Assert.Contains(old, Node, StringComparison.Ordinal);

        ConfigurationError error = Assert.Single(_folder.Load(Node.Replace(old, replacement, StringComparison.Ordinal)).Errors);

        Assert.Equal(key, error.Key);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(fix, error.Fix, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
