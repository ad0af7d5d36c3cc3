using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>Which public keys a node may have.</summary>
public static class PeerKeys
{
    /// <summary>Can main mode be signed with this key, and is it strong enough?</summary>
    public static bool CanSignMainMode(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CertificateStrength.KeyKind(key) is { } kind && kind != "P-521";
    }

    /// <summary>"P-256", "RSA-2048" and so on, for people; null for a key that a peer would refuse.</summary>
    public static string? Describe(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CertificateStrength.KeyKind(key);
    }
}
