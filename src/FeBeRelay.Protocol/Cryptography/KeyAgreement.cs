using FeBeRelay.Protocol.Cryptography.OpenSsl;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Which key agreement this process uses.</summary>
internal static class KeyAgreement
{
    /// <summary>OpenSSL's own interface on Linux, if it is there and agrees with .NET; else .NET's.</summary>
    public static IKeyAgreement InUse { get; } = (IKeyAgreement?)OpenSslKeyAgreement.TryLoad() ?? new PlatformKeyAgreement();
}
