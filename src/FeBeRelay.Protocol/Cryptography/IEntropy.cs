using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Where random numbers come from: the platform, or the recorded values of a test vector (clause 10.1).</summary>
public interface IEntropy
{
    /// <summary>ML-KEM-768 as this node has it.</summary>
    IMlKem768 MlKem { get; }

    /// <summary>Fills the span with random bytes.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A new ephemeral key pair on the group's curve.</summary>
    IKeyPair CreateKeyPair(Group group);
}

/// <summary>The platform's random numbers. Thread-safe.</summary>
/// <param name="mlKem">The platform's own ML-KEM, or where it has none another library's; made when it is needed.</param>
public sealed class PlatformEntropy(Lazy<IMlKem768> mlKem) : IEntropy
{
    /// <inheritdoc/>
    public IMlKem768 MlKem => mlKem.Value;

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    /// <inheritdoc/>
    public IKeyPair CreateKeyPair(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return KeyAgreement.InUse.Create(group);
    }
}
