namespace FeBeRelay.Protocol.Cryptography;

/// <summary>ML-KEM-768 (FIPS 203): the platform's where it has it, else another library's. Thread-safe.</summary>
public interface IMlKem768
{
    /// <summary>The key pair of a seed, to be disposed of as soon as the secret is there.</summary>
    /// <param name="seed"><c>d || z</c>, 64 bytes; stays the caller's.</param>
    IMlKem768Key CreateKey(ReadOnlySpan<byte> seed);

    /// <summary>Makes a secret for whoever has the key's other half.</summary>
    /// <param name="encapsulationKey">1,184 bytes of a peer.</param>
    /// <param name="entropy">Random bytes for it; the platform's own ML-KEM takes its own.</param>
    /// <param name="ciphertext">Gets the ciphertext, 1,088 bytes.</param>
    /// <param name="secret">Gets the secret, 32 bytes.</param>
    /// <exception cref="ProtocolException">The key is none (FIPS 203 7.2).</exception>
    void Encapsulate(ReadOnlySpan<byte> encapsulationKey, IEntropy entropy, Span<byte> ciphertext, Span<byte> secret);
}

/// <summary>A key pair of ML-KEM-768. Not thread-safe.</summary>
public interface IMlKem768Key : IDisposable
{
    /// <summary>Writes the public half, 1,184 bytes.</summary>
    void ExportEncapsulationKey(Span<byte> destination);

    /// <summary>The secret of a ciphertext. One that was not made for this key gives another secret, and no error (implicit rejection).</summary>
    /// <param name="ciphertext">1,088 bytes.</param>
    /// <param name="secret">Gets 32 bytes.</param>
    void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret);
}
