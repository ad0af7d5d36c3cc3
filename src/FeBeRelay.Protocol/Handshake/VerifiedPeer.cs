namespace FeBeRelay.Protocol.Handshake;

/// <summary>Proof that a chain was checked (clause 7) and speaks for a name. Only a verifier of chains makes one.</summary>
public sealed class VerifiedPeer
{
    private VerifiedPeer(string name, IReadOnlyList<byte[]> chain)
    {
        Name = name;
        Chain = chain;
    }

    /// <summary>The verified name.</summary>
    public string Name { get; }

    /// <summary>The chain that was checked, leaf first.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>To be called by the verifier only, after every check of clause 7 has passed.</summary>
    internal static VerifiedPeer Of(string name, IReadOnlyList<byte[]> chain) => new(name, [.. chain.Select(c => (byte[])c.Clone())]);

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
