using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>One's own ephemeral key pair of a group. Disposed of as soon as the secret is agreed.</summary>
internal sealed class KeyShare : IDisposable
{
    private readonly ECDiffieHellman _key;

    public KeyShare(Group group, ECDiffieHellman key)
    {
        Group = group;
        _key = key;
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        Public = [0x04, .. parameters.Q.X!, .. parameters.Q.Y!];
    }

    public Group Group { get; }

    /// <summary><c>04 || X || Y</c>.</summary>
    public byte[] Public { get; }

    /// <summary>The X coordinate of the shared point.</summary>
    /// <exception cref="ProtocolException">The peer's value is not a point of the group, or is one's own.</exception>
    public Secret Agree(ReadOnlySpan<byte> peerPublic)
    {
        if (peerPublic.Length != Group.PublicSize || peerPublic[0] != 0x04)
        {
            throw new ProtocolException(ProtocolError.BadShare, $"share of {Group} is not 04 || X || Y");
        }
        if (peerPublic.SequenceEqual(Public))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own share came back");
        }
        var parameters = new ECParameters
        {
            Curve = Group.Curve,
            Q = new ECPoint
            {
                X = peerPublic.Slice(1, Group.CoordinateSize).ToArray(),
                Y = peerPublic[(1 + Group.CoordinateSize)..].ToArray(),
            },
        };
        try
        {
            using ECDiffieHellman peer = ECDiffieHellman.Create(parameters);
            byte[] agreed = _key.DeriveRawSecretAgreement(peer.PublicKey);
            var secret = new Secret(agreed);
            CryptographicOperations.ZeroMemory(agreed);
            return secret;
        }
        catch (CryptographicException)
        {
            // The platform rejects a point off the curve here.
            throw new ProtocolException(ProtocolError.BadShare, $"share is not a point of {Group}");
        }
    }

    public void Dispose() => _key.Dispose();
}
