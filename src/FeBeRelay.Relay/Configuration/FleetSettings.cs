using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>policy:fleet</c>.</summary>
public sealed record FleetSettings
{
    [Description("The fleet's name; bundles of another are refused.")]
    [Example("\"lab.test\"")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public required string Name { get; init; }

    [Description("Where the signed bundle is: an http or https address, or a file.")]
    [Example("\"https://config.lab.test/feberelay/policy.p7m\"")]
    [Form("^(https?://[^\\s]+|[^\\s:][^\\x00-\\x1f]*)$", "an http or https address, or the path of a file")]
    public required string Source { get; init; }

    [Description("DNS names of those who may sign: in the certificate, whose extended key usage must be policy signing (feberelay certs issue --policy-signer).")]
    [Example("[ \"policy.lab.test\" ]")]
    [MinLength(1)]
    public required IReadOnlyList<string> Signers { get; init; }

    /// <summary>Seconds, 1 to 86400.</summary>
    [Description("Seconds between two looks at the source.")]
    [Range(1, 86_400)]
    public int PollSeconds { get; init; } = 60;

    [Description("What holds when the bundle has ended and no newer one came: keep it, or secureServer.")]
    [AllowedValues("keep", "secureServer")]
    public string WhenStale { get; init; } = "keep";

    /// <summary>An absolute path once loaded.</summary>
    [Description("Where the newest bundle is kept, for starts without the source, and its version, below which the node never goes back. Default: the configuration file's name and .fleet.")]
    [Example("\"/var/lib/feberelay/fe1.fleet\"")]
    [Form(@"^[^\x00-\x1f]*[^\x00-\x1f/\\]$", "the path of a file")]
    public string? Cache { get; init; }
}
