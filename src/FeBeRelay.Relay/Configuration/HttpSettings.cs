using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>http</c>.</summary>
public sealed record HttpSettings
{
    internal const string NetworkPattern = @"^[0-9A-Fa-f.:]+/[0-9]{1,3}$";

    [Description("Networks from which a client's own X-Forwarded fields, Forwarded and Front-End-Https are believed; from elsewhere they are taken away.")]
    [Example("[\"127.0.0.0/8\", \"::1/128\"]")]
    [Form(NetworkPattern, "an address and the length of its prefix, like 10.0.0.0/8")]
    public IReadOnlyList<string> TrustedClients { get; init; } = ["127.0.0.0/8", "::1/128"];

    /// <summary>Seconds, 0 to 86400; 0 leaves it to the connector, which tries a name's addresses in their order.</summary>
    [Description("How often the DNS names of nodes are resolved to make a destination of each of their addresses, balanced and health-checked one by one; 0 does not.")]
    [Range(0, 86_400)]
    public int ResolveSeconds { get; init; }

    /// <summary><c>refuse</c>, <c>warn</c> or <c>off</c>.</summary>
    [Description("What becomes of a request that carries credentials (Authorization, Proxy-Authorization, Cookie) or a body where its way would be clear: refused, sent and audited, or sent as any other. A destination's Metadata:guard stands above it.")]
    [AllowedValues("refuse", "warn", "off")]
    public string Guard { get; init; } = "refuse";
}
