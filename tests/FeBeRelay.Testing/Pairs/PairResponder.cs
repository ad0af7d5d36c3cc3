using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Testing.Pairs;

/// <summary>The responder's end: every good chain is accepted, an id is looked up in what was issued.</summary>
public sealed class PairResponder(PairNodes nodes, TimeSpan now) : PairSide(Role.Responder, nodes)
{
    private readonly ResponderNegotiation _negotiation = new(nodes.ResponderSettings, now);
    private ResponderAssociation? _association;

    public override NegotiationBase Negotiation => _negotiation;

    public override ChannelSecrets? Secrets => _negotiation.Channel;

    public MainModeResult? MainMode => _negotiation.MainMode;

    public byte[] Tried => _negotiation.Tried;

    protected override Lifetimes Agreed => _association!.Lifetimes;

    protected override void AnswerPause()
    {
        switch (_negotiation.Status)
        {
            case NegotiationStatus.NeedsContext:
                byte[] ticket = _negotiation.PeerToken;
                _negotiation.Proceed(Nodes.Realm.ForService(ticket), Nodes.Realm.Answer(ticket));
                break;
            case NegotiationStatus.NeedsVerdict:
                Accept();
                break;
            case NegotiationStatus.NeedsAssociation when Nodes.Issued.TryGetValue(Convert.ToHexString(_negotiation.AssociationId), out _association):
                _negotiation.Authenticate(_association.Keys, _association.Window);
                _negotiation.AnswerQuickMode(_association.Keys, Nodes.DemandForwardSecrecy);
                break;
            case NegotiationStatus.NeedsAssociation:
                _negotiation.AnswerUnknown();
                break;
            default:
                throw new InvalidOperationException($"the responder waits at {_negotiation.Status}");
        }
    }

    private void Accept()
    {
        Fate fate = _negotiation.Tried.Length == 0 ? Fate.None
            : Nodes.Issued.ContainsKey(Convert.ToHexString(_negotiation.Tried)) ? Fate.Kept
            : Fate.Lost;
        byte[] id = RandomNumberGenerator.GetBytes(Limits.IdSize);
        VerifiedPeer peer = _negotiation.PeerTicket is { } ticket ? VerifiedPeer.Of(ticket) : VerifiedPeer.Of(TestIdentity.Of(Role.Initiator).Name, _negotiation.PeerChain);
        _negotiation.Accept(peer, id, Answer.Protected, fate, Nodes.ResponderLifetimes);
        // Accept may already have taken the next record: the result, not the status, says that there is an association.
        MainModeResult made = _negotiation.MainMode!;
        Nodes.Issued[Convert.ToHexString(id)] =
            new ResponderAssociation(new AssociationKeys(made.Suite, made.Group, id, made.MS), made.Lifetimes, new CounterWindow());
    }
}
