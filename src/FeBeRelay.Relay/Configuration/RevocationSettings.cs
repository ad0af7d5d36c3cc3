using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node:revocation</c>.</summary>
public sealed record RevocationSettings
{
    /// <summary>Absolute paths, and addresses as written.</summary>
    [Description("Certificate revocation lists of the authorities: files (PEM or DER), or http and https addresses that this node fetches by itself. Absent, and no responders either: revocation is not looked at.")]
    [Example("[ \"ca.crl\", \"http://pki.lab.test/ca.crl\" ]")]
    [ExistingFile(OrAddress = true)]
    public IReadOnlyList<string> Lists { get; init; } = [];

    [Description("OCSP responders of the authorities: http or https addresses that this node asks by itself about the certificates that peers have shown. What certificates say of responders is not followed.")]
    [Example("[ \"http://ocsp.lab.test/\" ]")]
    [Form("^https?://[^\\s?#]+$", "an http or https address")]
    public IReadOnlyList<string> Responders { get; init; } = [];

    [Description("What becomes of a peer of whose certificate there is neither a current list of its authority nor a responder's current answer: refuse, or accept. A certificate that was never seen before is such a one, until the responder has answered.")]
    [AllowedValues("refuse", "accept")]
    public string WhenUnknown { get; init; } = "refuse";

    /// <summary>Seconds, 10 to 604800.</summary>
    [Description("Seconds between two fetches of a list by its address, and between two questions to a responder about a certificate.")]
    [Range(10, 604_800)]
    public int FetchSeconds { get; init; } = 3_600;
}
