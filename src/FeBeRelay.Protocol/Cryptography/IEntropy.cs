using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Where random numbers come from: the platform, or the recorded values of a test vector (clause 10.1).</summary>
public interface IEntropy
{
    /// <summary>Fills the span with random bytes.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A new ephemeral key pair.</summary>
    ECDiffieHellman CreateKeyPair(Group group);
}

/// <summary>The platform's random numbers. Thread-safe.</summary>
public sealed class PlatformEntropy : IEntropy
{
    public static readonly PlatformEntropy Instance = new();

    private PlatformEntropy()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    /// <inheritdoc/>
    public ECDiffieHellman CreateKeyPair(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return ECDiffieHellman.Create(group.Curve);
    }
}
