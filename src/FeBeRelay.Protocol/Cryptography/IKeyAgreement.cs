using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>Diffie-Hellman on the curves of the groups: OpenSSL's own interface where there is one, else .NET's. Thread-safe.</summary>
internal interface IKeyAgreement
{
    /// <summary>A new key pair.</summary>
    /// <exception cref="CryptographicException">The library makes none.</exception>
    IKeyPair Create(Group group);

    /// <summary>A recorded key pair, of a test vector or a known answer.</summary>
    /// <param name="group">The group.</param>
    /// <param name="key">The private scalar; the point may be left out.</param>
    /// <exception cref="CryptographicException">It is no key pair of the group.</exception>
    IKeyPair Import(Group group, ECParameters key);
}

/// <summary>A key pair on a group's curve. Not thread-safe; whoever holds it disposes of it.</summary>
public interface IKeyPair : IDisposable
{
    /// <summary>Writes the public half, <c>04 || X || Y</c>.</summary>
    void ExportPublic(Span<byte> destination);

    /// <summary>The X coordinate of the shared point.</summary>
    /// <param name="peer">The peer's public half, <c>04 || X || Y</c>.</param>
    /// <param name="secret">Gets as many bytes as a coordinate has.</param>
    /// <exception cref="CryptographicException">The peer's is not a point of the curve, or a coordinate is not below the prime.</exception>
    void Agree(ReadOnlySpan<byte> peer, Span<byte> secret);
}
