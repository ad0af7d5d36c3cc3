using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>Random numbers that are none: the same nonce and key pair each time, so that a run is a function of its input.</summary>
internal sealed class FixedEntropy : IEntropy
{
    private readonly byte _value;
    private readonly ECParameters _key;

    public FixedEntropy(byte value)
    {
        _value = value;
        var scalar = new byte[Group.P256.CoordinateSize];
        Array.Fill(scalar, value);
        using ECDiffieHellman key = ECDiffieHellman.Create(new ECParameters { Curve = Group.P256.Curve, D = scalar });
        _key = key.ExportParameters(includePrivateParameters: true);
    }

    public IMlKem768 MlKem { get; } = new BouncyCastleMlKem768();

    public void Fill(Span<byte> destination) => destination.Fill(_value);

    public IKeyPair CreateKeyPair(Group group) =>
        group.CoordinateSize == Group.P256.CoordinateSize
            ? KeyAgreement.InUse.Import(group, _key)
            : throw new ArgumentException("settings of fuzz targets allow groups on P-256 only", nameof(group));
}
