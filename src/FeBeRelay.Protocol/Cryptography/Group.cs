using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>A Diffie-Hellman group (clause 2.2).</summary>
/// <param name="Id">Number on the wire.</param>
/// <param name="Name">Name in configuration and logs.</param>
/// <param name="Curve">The curve.</param>
/// <param name="CoordinateSize">Bytes of a coordinate: 32 or 48. A point is 1 + twice that.</param>
public sealed record Group(ushort Id, string Name, ECCurve Curve, int CoordinateSize)
{
    public static readonly Group P256 = new(0x0017, "p256", ECCurve.NamedCurves.nistP256, 32);
    public static readonly Group P384 = new(0x0018, "p384", ECCurve.NamedCurves.nistP384, 48);

    /// <summary>P-256 and ML-KEM-768 side by side, so that what is recorded today stays closed to a quantum computer.</summary>
    public static readonly Group P256MlKem768 = new(0x11EB, "p256-mlkem768", ECCurve.NamedCurves.nistP256, 32) { IsHybrid = true };

    /// <summary>All groups of this version.</summary>
    public static IReadOnlyList<Group> All { get; } = [P256, P384, P256MlKem768];

    /// <summary>Whether the exchange is one of ML-KEM-768 besides.</summary>
    public bool IsHybrid { get; private init; }

    /// <summary>Bytes of a point: <c>04 || X || Y</c>.</summary>
    public int PointSize => 1 + 2 * CoordinateSize;

    /// <summary>Bytes of an initiator's public value: the point, in a hybrid group the encapsulation key behind it.</summary>
    public int OfferSize => PointSize + (IsHybrid ? MlKem768.EncapsulationKeySize : 0);

    /// <summary>Bytes of a responder's public value: the point, in a hybrid group the ciphertext behind it.</summary>
    public int AnswerSize => PointSize + (IsHybrid ? MlKem768.CiphertextSize : 0);

    /// <summary>Bytes of the public value that this role sends.</summary>
    public int PublicSize(Role sender) => sender == Role.Initiator ? OfferSize : AnswerSize;

    /// <summary>Bytes of the largest public value of any group.</summary>
    internal const int MaxPublicSize = 65 + MlKem768.EncapsulationKeySize;

    /// <summary>The group with that number, or null.</summary>
    public static Group? Find(ushort id) => All.FirstOrDefault(g => g.Id == id);

    /// <summary>The group with that name, or null.</summary>
    public static Group? Find(string name) => All.FirstOrDefault(g => g.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
