using System.Security.Cryptography;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>Both ends of an association, made by main mode with the bytes handed over directly; the channels under it the same way.</summary>
internal sealed class AssociationPair : IDisposable
{
    private static readonly KeyLimits ChannelLimits = KeyLimits.Of(Lifetimes.Default.KeySeconds, Lifetimes.Default.KeyKilobytes);

    // No benchmark moves a channel to another association: who the other end is does not matter.
    private static readonly VerifiedPeer Peer = VerifiedPeer.Of("peer", []);

    private readonly NodeIdentity _initiator;
    private readonly NodeIdentity _responder;
    private readonly AssociationKeys _initiatorKeys;
    private readonly AssociationKeys _responderKeys;
    private readonly CounterWindow _window = new();
    private ulong _counter;

    private AssociationPair(NodeIdentity initiator, NodeIdentity responder, AssociationKeys initiatorKeys, AssociationKeys responderKeys)
    {
        _initiator = initiator;
        _responder = responder;
        _initiatorKeys = initiatorKeys;
        _responderKeys = responderKeys;
    }

    /// <summary>Main mode, all of both sides: key pairs, signatures, chains, up to the association's keys.</summary>
    public static AssociationPair MainMode(NodeIdentity initiatorNode, NodeIdentity responderNode)
    {
        using var initiator = InitiatorNegotiation.WithMainMode(initiatorNode.Settings, Demand.Require, forwardSecrecy: true, TimeSpan.Zero);
        using var responder = new ResponderNegotiation(responderNode.Settings, TimeSpan.Zero);
        responder.Receive(initiator.TakeOutput());
        initiator.Receive(responder.TakeOutput());
        initiator.Proceed(Verified(initiatorNode, initiator.PeerChain, PeerRole.Responder));
        responder.Receive(initiator.TakeOutput());
        VerifiedPeer peer = Verified(responderNode, responder.PeerChain, PeerRole.Initiator);
        responder.Accept(peer, RandomNumberGenerator.GetBytes(Limits.IdSize), Answer.Protected, Fate.None, Lifetimes.Default);
        initiator.Receive(responder.TakeOutput());
        return new AssociationPair(initiatorNode, responderNode, KeysOf(initiator.MainMode!), KeysOf(responder.MainMode!));
    }

    /// <summary>Quick mode, all of both sides, up to the two ciphers of each end.</summary>
    public ChannelPair QuickMode(bool forwardSecrecy)
    {
        using var initiator = InitiatorNegotiation.WithQuickMode(
            _initiator.Settings, _initiatorKeys, ++_counter, Demand.Require, forwardSecrecy, TimeSpan.Zero);
        using var responder = new ResponderNegotiation(_responder.Settings, TimeSpan.Zero);
        responder.Receive(initiator.TakeOutput());
        responder.Authenticate(_responderKeys, _window);
        responder.AnswerQuickMode(_responderKeys, forwardSecrecy);
        initiator.Receive(responder.TakeOutput());
        return new ChannelPair(
            new ChannelCore(Role.Initiator, initiator.Channel!, ChannelLimits, Peer),
            new ChannelCore(Role.Responder, responder.Channel!, ChannelLimits, Peer));
    }

    public void Dispose()
    {
        _initiatorKeys.Dispose();
        _responderKeys.Dispose();
    }

    private static VerifiedPeer Verified(NodeIdentity node, IReadOnlyList<byte[]> chain, PeerRole role)
    {
        PeerVerdict verdict = node.Verify(chain, role);
        return verdict.IsAccepted
            ? VerifiedPeer.Of(verdict.Identity.Name, chain)
            : throw new InvalidOperationException($"the benchmark's certificate was refused: {verdict.Problem.Explanation}");
    }

    private static AssociationKeys KeysOf(MainModeResult result)
    {
        using (result)
        {
            return new AssociationKeys(result.Suite, result.Group, result.AssociationId.ToArray(), result.MS);
        }
    }
}
