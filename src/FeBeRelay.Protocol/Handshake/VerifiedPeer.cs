using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>Proof that a chain was checked (clause 7) and speaks for a name, or that a pre-shared key does (clause 7.4). Only a verifier of chains makes one.</summary>
public sealed class VerifiedPeer
{
    private readonly PreSharedKey? _key;

    private VerifiedPeer(string name, IReadOnlyList<byte[]> chain, PreSharedKey? key = null)
    {
        Name = name;
        _key = key;
        Chain = chain;
    }

    /// <summary>The verified name.</summary>
    public string Name { get; }

    /// <summary>The chain that was checked, leaf first; empty where a pre-shared key stands for it.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>To be called by the verifier only, after every check of clause 7 has passed.</summary>
    internal static VerifiedPeer Of(string name, IReadOnlyList<byte[]> chain) => new(name, [.. chain.Select(c => (byte[])c.Clone())]);

    /// <summary>A peer whose proof of that key was verified, of whom there is nothing else to check.</summary>
    internal static VerifiedPeer Of(PreSharedKey key) => new(key.ToString(), [], key);

    /// <summary>The verdict must be on what the peer authenticated with: that chain, or that key.</summary>
    /// <exception cref="InvalidOperationException">It is on another one.</exception>
    internal void MustBeOn(AuthenticatedPeer peer)
    {
        if (!ReferenceEquals(peer.Key, _key))
        {
            throw new InvalidOperationException("the verdict is on another key than the peer's");
        }
        MustBeOn(peer.Chain);
    }

    /// <summary>The verdict must be on the chain that came with the signature, byte for byte.</summary>
    /// <exception cref="InvalidOperationException">It is on another one.</exception>
    internal void MustBeOn(IReadOnlyList<byte[]> chain)
    {
        bool same = chain.Count == Chain.Count && chain.Zip(Chain).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        if (!same)
        {
            throw new InvalidOperationException("the verdict is on another chain than the peer's");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
