namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Sizes of ML-KEM-768 (FIPS 203 8), in bytes.</summary>
public static class MlKem768
{
    /// <summary>Random bytes that a key pair is made of.</summary>
    public const int SeedSize = 64;

    /// <summary>The public half of a key pair.</summary>
    public const int EncapsulationKeySize = 1_184;

    /// <summary>What is sent back.</summary>
    public const int CiphertextSize = 1_088;

    /// <summary>What both then have.</summary>
    public const int SecretSize = 32;
}
