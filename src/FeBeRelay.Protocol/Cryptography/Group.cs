using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>A Diffie-Hellman group (clause 2.2).</summary>
/// <param name="Id">Number on the wire.</param>
/// <param name="Name">Name in configuration and logs.</param>
/// <param name="Curve">The curve.</param>
/// <param name="CoordinateSize">Bytes of a coordinate: 32 or 48. A public value is 1 + twice that.</param>
public sealed record Group(ushort Id, string Name, ECCurve Curve, int CoordinateSize)
{
    public static readonly Group P256 = new(0x0017, "p256", ECCurve.NamedCurves.nistP256, 32);
    public static readonly Group P384 = new(0x0018, "p384", ECCurve.NamedCurves.nistP384, 48);

    /// <summary>All groups of this version.</summary>
    public static IReadOnlyList<Group> All { get; } = [P256, P384];

    /// <summary>Bytes of a public value: <c>04 || X || Y</c>.</summary>
    public int PublicSize => 1 + 2 * CoordinateSize;

    /// <summary>The group with that number, or null.</summary>
    public static Group? Find(ushort id) => All.FirstOrDefault(g => g.Id == id);

    /// <summary>The group with that name, or null.</summary>
    public static Group? Find(string name) => All.FirstOrDefault(g => g.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
