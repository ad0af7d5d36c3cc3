using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>.NET's key agreement, which every platform has.</summary>
internal sealed class PlatformKeyAgreement : IKeyAgreement
{
    public IKeyPair Create(Group group) => new KeyPair(group, ECDiffieHellman.Create(group.Curve));

    public IKeyPair Import(Group group, ECParameters key) => new KeyPair(group, ECDiffieHellman.Create(key));

    private sealed class KeyPair(Group group, ECDiffieHellman key) : IKeyPair
    {
        public void ExportPublic(Span<byte> destination)
        {
            ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
            destination[0] = 0x04;
            point.X.CopyTo(destination[1..]);
            point.Y.CopyTo(destination[(1 + group.CoordinateSize)..]);
        }

        public void Agree(ReadOnlySpan<byte> peer, Span<byte> secret)
        {
            var parameters = new ECParameters
            {
                Curve = group.Curve,
                Q = new ECPoint { X = peer.Slice(1, group.CoordinateSize).ToArray(), Y = peer[(1 + group.CoordinateSize)..].ToArray() },
            };
            // The platform rejects a point off the curve here.
            using ECDiffieHellman other = ECDiffieHellman.Create(parameters);
            byte[] agreed = key.DeriveRawSecretAgreement(other.PublicKey);
            agreed.CopyTo(secret);
            CryptographicOperations.ZeroMemory(agreed);
        }

        public void Dispose() => key.Dispose();
    }
}
