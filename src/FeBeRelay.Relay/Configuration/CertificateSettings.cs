using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node:certificate</c>. All paths are absolute once loaded.</summary>
public sealed record CertificateSettings
{
    /// <summary>Null exactly when <see cref="Store"/> is not.</summary>
    [Description("The certificate, with its chain: a PEM file, or PKCS#12 (.p12, .pfx) with the key inside.")]
    [Example("\"fe1.pem\"")]
    [ExistingFile]
    public string? Path { get; init; }

    /// <summary>Null when <see cref="Path"/> holds the key too.</summary>
    [Description("PEM file with the private key; absent when the file of the certificate holds it too.")]
    [Example("\"fe1.key\"")]
    [ExistingFile]
    public string? KeyPath { get; init; }

    /// <summary>Null when the key is not encrypted.</summary>
    [Description("File whose first line is the password of the PKCS#12 file or of the encrypted key.")]
    [Example("\"fe1.password\"")]
    [ExistingFile]
    public string? PasswordFile { get; init; }

    /// <summary>Null when the password is in a file, or none is needed.</summary>
    [Description("In the place of passwordFile: the name of the environment variable that holds the password. Other processes of the same user can read it.")]
    [Example("\"FE1_PASSWORD\"")]
    [Form("^[A-Za-z_][A-Za-z0-9_]{0,63}$", "the name of an environment variable")]
    public string? PasswordVariable { get; init; }

    /// <summary>A location and a name of the system's certificate store.</summary>
    [Description("In the place of path: the certificate store where certificate and key are. On Linux there is CurrentUser/My only.")]
    [AllowedValues("LocalMachine/My", "CurrentUser/My")]
    public string? Store { get; init; }

    /// <summary>Given exactly when <see cref="Store"/> is.</summary>
    [Description("With store: a DNS name of the certificate. Of several, the one that is valid and ends last.")]
    [Example("\"fe1.lab.test\"")]
    [Form(DnsName.Pattern, "a DNS name")]
    public string? Subject { get; init; }
}
