using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>One's own ephemeral key pair of a group; in a hybrid group also one of ML-KEM (clause 2.2). Disposed of as soon as the secret is agreed.</summary>
internal sealed class KeyShare : IDisposable
{
    private readonly IKeyPair _key;
    private readonly IMlKem768Key? _kem;

    /// <param name="group">The group.</param>
    /// <param name="key">A key pair on its curve.</param>
    /// <param name="kem">The key pair of ML-KEM, of an initiator in a hybrid group; else null.</param>
    public KeyShare(Group group, IKeyPair key, IMlKem768Key? kem = null)
    {
        Group = group;
        _key = key;
        _kem = kem;
        Public = new byte[kem is null ? group.PointSize : group.OfferSize];
        key.ExportPublic(Public.AsSpan(0, group.PointSize));
        kem?.ExportEncapsulationKey(Public.AsSpan(group.PointSize));
    }

    public Group Group { get; }

    /// <summary><c>04 || X || Y</c>, and in a hybrid group the encapsulation key.</summary>
    public byte[] Public { get; }

    /// <summary>An initiator's.</summary>
    public static KeyShare Create(Group group, IEntropy entropy)
    {
        IKeyPair key = entropy.CreateKeyPair(group);
        if (!group.IsHybrid)
        {
            return new KeyShare(group, key);
        }
        using var seed = new Secret(MlKem768.SeedSize);
        entropy.Fill(seed.Span);
        return new KeyShare(group, key, entropy.MlKem.CreateKey(seed.Span));
    }

    /// <summary>A responder's answer to an initiator's public value: its own public value, and the secret.</summary>
    /// <exception cref="ProtocolException">The initiator's value is none of the group.</exception>
    public static (byte[] Public, Secret Shared) Answer(Group group, ReadOnlySpan<byte> offered, IEntropy entropy)
    {
        using var own = new KeyShare(group, entropy.CreateKeyPair(group));
        if (!group.IsHybrid)
        {
            return (own.Public, own.Agree(offered));
        }
        var answer = new byte[group.AnswerSize];
        own.Public.CopyTo(answer, 0);
        Secret shared = own.NewSecret();
        try
        {
            own.AgreeOnPoint(offered[..group.PointSize], shared.Span);
            entropy.MlKem.Encapsulate(offered[group.PointSize..], entropy, answer.AsSpan(group.PointSize), shared.Span[group.CoordinateSize..]);
            return (answer, shared);
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    /// <summary>The X coordinate of the shared point, and in a hybrid group what the responder has encapsulated.</summary>
    /// <exception cref="ProtocolException">The peer's value is not a point of the group, or is one's own.</exception>
    public Secret Agree(ReadOnlySpan<byte> peerPublic)
    {
        if (peerPublic.Length != (_kem is null ? Group.PointSize : Group.AnswerSize))
        {
            throw new ProtocolException(ProtocolError.BadShare, $"share of {Group} has {peerPublic.Length} bytes");
        }
        Secret shared = NewSecret();
        try
        {
            AgreeOnPoint(peerPublic[..Group.PointSize], shared.Span);
            _kem?.Decapsulate(peerPublic[Group.PointSize..], shared.Span[Group.CoordinateSize..]);
            return shared;
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _kem?.Dispose();
    }

    private Secret NewSecret() => new(Group.CoordinateSize + (Group.IsHybrid ? MlKem768.SecretSize : 0));

    // Writes the X coordinate of the shared point at the beginning.
    private void AgreeOnPoint(ReadOnlySpan<byte> peer, Span<byte> shared)
    {
        if (peer[0] != 0x04)
        {
            throw new ProtocolException(ProtocolError.BadShare, $"share of {Group} is not 04 || X || Y");
        }
        if (peer.SequenceEqual(Public.AsSpan(0, Group.PointSize)))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own share came back");
        }
        try
        {
            _key.Agree(peer, shared[..Group.CoordinateSize]);
        }
        catch (CryptographicException)
        {
            throw new ProtocolException(ProtocolError.BadShare, $"share is not a point of {Group}");
        }
    }
}
