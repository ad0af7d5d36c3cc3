using System.ComponentModel;

namespace FeBeRelay.Relay.Configuration;

/// <summary>One entry of <c>node:preSharedKeys</c>.</summary>
public sealed record PreSharedKeySettings
{
    internal const string NamePattern = "^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$";
    internal const string NameForm = "1 to 63 characters of a-z, 0-9, dot and hyphen, a letter or digit first and last";

    /// <summary>An absolute path once loaded.</summary>
    [Description("The key's file, made by feberelay certs psk; only its owner may read it.")]
    [Example("\"plant7.psk\"")]
    [ExistingFile]
    public required string Path { get; init; }
}
