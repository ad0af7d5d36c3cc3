using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node:revocation</c>.</summary>
public sealed record RevocationSettings
{
    /// <summary>Absolute paths, and addresses as written.</summary>
    [Description("Certificate revocation lists of the authorities: files (PEM or DER), or http and https addresses that this node fetches by itself. Absent: revocation is not looked at.")]
    [Example("[ \"ca.crl\", \"http://pki.lab.test/ca.crl\" ]")]
    [ExistingFile(OrAddress = true)]
    public IReadOnlyList<string> Lists { get; init; } = [];

    [Description("What becomes of a peer of whose authority there is no current list: refuse, or accept.")]
    [AllowedValues("refuse", "accept")]
    public string WhenUnknown { get; init; } = "refuse";

    /// <summary>Seconds, 10 to 604800.</summary>
    [Description("Seconds between two fetches of a list by its address.")]
    [Range(10, 604_800)]
    public int FetchSeconds { get; init; } = 3_600;
}
