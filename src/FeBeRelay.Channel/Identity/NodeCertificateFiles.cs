namespace FeBeRelay.Channel.Identity;

/// <summary>
/// Where a node's certificate is: PEM (<paramref name="KeyPath"/> may be null if the key is in the same file; <paramref name="PasswordFile"/> and
/// <paramref name="PasswordVariable"/>, the name of an environment variable, if it is not encrypted), or PKCS#12.
/// </summary>
public sealed record NodeCertificateFiles(string Path, string? KeyPath = null, string? PasswordFile = null, string? PasswordVariable = null);
