using System.ComponentModel;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node:certificate</c>. All paths are absolute once loaded.</summary>
public sealed record CertificateSettings
{
    [Description("The certificate, with its chain: a PEM file, or PKCS#12 (.p12, .pfx) with the key inside.")]
    [Example("\"fe1.pem\"")]
    [ExistingFile]
    public required string Path { get; init; }

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
}
