using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>What a completed main mode leaves: all that an association is made of. Owns <see cref="MS"/>.</summary>
public sealed class MainModeResult : IDisposable
{
    private readonly Accept _accept;

    internal MainModeResult(Suite suite, Group group, Demand demand, Accept accept, VerifiedPeer peer, Secret association, byte[] message)
    {
        _accept = accept;
        Suite = suite;
        Group = group;
        Demand = demand;
        Peer = peer;
        MS = association;
        Message = message;
    }

    /// <summary>The suite agreed; every channel under the association has it.</summary>
    public Suite Suite { get; }

    /// <summary>The group agreed; every quick mode under the association has it.</summary>
    public Group Group { get; }

    /// <summary>What the initiator's policy asked.</summary>
    public Demand Demand { get; }

    /// <summary>16 bytes, the responder's choice.</summary>
    public ReadOnlyMemory<byte> AssociationId => _accept.Id;

    /// <summary>The lifetimes agreed.</summary>
    public Lifetimes Lifetimes => _accept.Lifetimes;

    /// <summary>What the responder's policy said.</summary>
    public Answer Answer => _accept.Answer;

    /// <summary>What became of the association that the initiator tried.</summary>
    public Fate Fate => _accept.Fate;

    /// <summary>The other node, verified.</summary>
    public VerifiedPeer Peer { get; }

    /// <summary>The association's secret (clause 2.6).</summary>
    public Secret MS { get; }

    /// <summary>The responder's: the record accept, to be sent. The initiator's: empty.</summary>
    public byte[] Message { get; }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => MS.Dispose();
}
