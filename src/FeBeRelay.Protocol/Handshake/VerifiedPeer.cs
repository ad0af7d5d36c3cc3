using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>Proof that a chain was checked (clause 7) and speaks for a name, or that a pre-shared key or a ticket does (clauses 7.4, 7.5). Only a verifier of chains makes one.</summary>
public sealed class VerifiedPeer
{
    private readonly PreSharedKey? _key;
    private readonly TicketContext? _ticket;

    private VerifiedPeer(string name, IReadOnlyList<byte[]> chain, PreSharedKey? key = null, TicketContext? ticket = null)
    {
        Name = name;
        _key = key;
        _ticket = ticket;
        Chain = chain;
    }

    /// <summary>The verified name.</summary>
    public string Name { get; }

    /// <summary>The chain that was checked, leaf first; empty where a pre-shared key or a ticket stands for it.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>To be called by the verifier only, after every check of clause 7 has passed.</summary>
    internal static VerifiedPeer Of(string name, IReadOnlyList<byte[]> chain) => new(name, [.. chain.Select(c => (byte[])c.Clone())]);

    /// <summary>A peer whose proof of that key was verified, of whom there is nothing else to check.</summary>
    internal static VerifiedPeer Of(PreSharedKey key) => new(key.ToString(), [], key);

    /// <summary>A peer whose proof under that context was verified, of whom there is nothing else to check.</summary>
    internal static VerifiedPeer Of(TicketContext ticket) => new(ticket.Name, [], ticket: ticket);

    /// <summary>The verdict must be on what the peer authenticated with: that chain, that key, or that context.</summary>
    /// <exception cref="InvalidOperationException">It is on another one.</exception>
    internal void MustBeOn(AuthenticatedPeer peer)
    {
        if (!ReferenceEquals(peer.Key, _key) || !ReferenceEquals(peer.Ticket, _ticket))
        {
            throw new InvalidOperationException("the verdict is on another key or ticket than the peer's");
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
