using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node</c>.</summary>
public sealed record LocalNodeSettings
{
    /// <summary>Name in logs and reports; null means the first DNS name of the certificate.</summary>
    [Description("Name of this node in logs and reports. Default: the first DNS name of its certificate.")]
    [Example("\"fe1.lab.test\"")]
    [Form(DnsName.Pattern, "a DNS name")]
    public string? Name { get; init; }

    [Description("This node's certificate and private key.")]
    public required CertificateSettings Certificate { get; init; }

    /// <summary>Absolute paths.</summary>
    [Description("PEM files with the certificate authorities whose certificates this node accepts; the system's own store is not used.")]
    [Example("[ \"ca.pem\" ]")]
    [MinLength(1)]
    [ExistingFile]
    public required IReadOnlyList<string> TrustedRoots { get; init; }

    [Description("Certificates that their authorities have taken back.")]
    public RevocationSettings Revocation { get; init; } = new();

    [Description("Pre-shared keys by name, the same name on all nodes that hold one. Rules take them by psk=NAME; no rule, no use.")]
    [Example("{ \"plant7\": { \"path\": \"plant7.psk\" } }")]
    [Form(PreSharedKeySettings.NamePattern, PreSharedKeySettings.NameForm)]
    public IReadOnlyDictionary<string, PreSharedKeySettings> PreSharedKeys { get; init; } = new Dictionary<string, PreSharedKeySettings>();

    [Description("This node's part in a realm of Kerberos. Rules take it by kerberos; no rule, no use.")]
    public KerberosSettings Kerberos { get; init; } = new();

    /// <summary>Seconds, 0 to 86400; 0 looks only when the node is told to reload.</summary>
    [Description("Seconds between two looks at the files of certificate, keys, roots and revocation lists and at the policy assigned by the command; what has changed takes effect without a restart. 0: only at SIGHUP.")]
    [Range(0, 86_400)]
    public int ReloadSeconds { get; init; } = 10;

    [Description("Suites this node accepts, best first. aes256-gmac protects integrity only: the content stays readable.")]
    [AllowedValues("aes256-gcm", "aes128-gcm", "aes256-gmac")]
    [MinLength(1)]
    public IReadOnlyList<string> Suites { get; init; } = ["aes256-gcm", "aes128-gcm"];

    [Description("Key exchange groups this node offers and accepts, best first. p256-mlkem768 is the hybrid one: P-256 with ML-KEM-768, against who records today and has a quantum computer later.")]
    [AllowedValues("p256", "p384", "p256-mlkem768")]
    [MinLength(1)]
    public IReadOnlyList<string> Groups { get; init; } = ["p256"];

    /// <summary>Connections, 0 to 32768; 0 derives the number from the limit of open files.</summary>
    [Description("Connections that the node accepts at once, on all ports together; one more is reset. From four fifths on, nothing is kept or made ahead of use. 0: as many as the limit of open files (LimitNOFILE) suffices for, 32768 at most.")]
    [Range(0, 32_768)]
    public int MaxConnections { get; init; }

    /// <summary>Seconds, 0 to 3600; 0 cuts open streams at once.</summary>
    [Description("Seconds that open streams get to finish when the node is asked to stop; 0 cuts them at once.")]
    [Range(0, 3600)]
    public int DrainSeconds { get; init; } = 30;
}
