using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>A way to authenticate that a node offers or takes in main mode.</summary>
/// <param name="Key">The pre-shared key, which stays its owner's; null for certificates.</param>
public sealed record MainModeMethod(PreSharedKey? Key)
{
    /// <summary>Certificates on both sides.</summary>
    public static readonly MainModeMethod Certificates = new((PreSharedKey?)null);

    /// <summary>Most pre-shared keys in one offer (clause 2.11).</summary>
    public const int MaxKeys = 4;
}
