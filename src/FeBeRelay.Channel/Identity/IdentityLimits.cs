namespace FeBeRelay.Channel.Identity;

/// <summary>Limits of identities (docs/protocol.md 7.2), and what this implementation adds.</summary>
public static class IdentityLimits
{
    public const int ChainCertificates = 5;
    public const int ChainBytes = 16 * 1024;

    public const int SmallestRsaBits = 2048;

    /// <summary>The largest signature field; and a bound for the work that a stranger's key can cause.</summary>
    public const int LargestRsaBits = 8192;

    public const int CachedChains = 1024;

    /// <summary>A responder's answer about one certificate, with the responder's certificates.</summary>
    public const int OcspResponseBytes = 64 * 1024;

    /// <summary>Certificates that responders are asked about.</summary>
    public const int OcspCertificates = 4096;

    public const int RevocationListBytes = 16 * 1024 * 1024;
}
