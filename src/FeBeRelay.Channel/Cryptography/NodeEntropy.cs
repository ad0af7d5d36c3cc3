using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Channel.Cryptography;

/// <summary>The platform's random numbers, and its ML-KEM or else BouncyCastle's.</summary>
public static class NodeEntropy
{
    /// <summary>
    /// The one that nodes use. Thread-safe. Its ML-KEM is tested against a published value before it is used the first time, by
    /// <see cref="CryptographicException"/> if it fails.
    /// </summary>
    public static readonly PlatformEntropy Instance = new(new Lazy<IMlKem768>(() => Tested(MLKem.IsSupported ? new PlatformMlKem768() : new BouncyCastleMlKem768())));

    private static IMlKem768 Tested(IMlKem768 mlKem) => MlKemKnownAnswer.Holds(mlKem)
        ? mlKem
        : throw new CryptographicException("ML-KEM-768 of this machine gives wrong answers or none");
}
