using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Testing.Pairs;

/// <summary>The initiator's end: quick mode alone where it has an association, else main mode first.</summary>
public sealed class PairInitiator : PairSide
{
    private readonly InitiatorNegotiation _negotiation;
    private byte[] _ticket = [];

    public PairInitiator(PairNodes nodes, TimeSpan now)
        : base(Role.Initiator, nodes)
    {
        _negotiation = nodes.Association is { } association
            ? InitiatorNegotiation.WithQuickMode(
                nodes.InitiatorSettings, association.Keys, ++association.Counter, Demand.Require, nodes.ForwardSecrecy, now)
            : InitiatorNegotiation.WithMainMode(nodes.InitiatorSettings, Demand.Require, nodes.ForwardSecrecy, now);
    }

    public override NegotiationBase Negotiation => _negotiation;

    public override ChannelSecrets? Secrets => _negotiation.Channel;

    public MainModeResult? MainMode => _negotiation.MainMode;

    public byte[] Tried => _negotiation.Tried;

    protected override Lifetimes Agreed => Nodes.Association!.Lifetimes;

    protected override void AnswerPause()
    {
        switch (_negotiation.Status)
        {
            case NegotiationStatus.NeedsVerdict:
                _negotiation.Proceed(VerifiedPeer.Of(TestIdentity.Of(Role.Responder).Name, _negotiation.PeerChain));
                break;
            case NegotiationStatus.NeedsTicket:
                _ticket = Nodes.Realm.Ask();
                _negotiation.SendTicket(_ticket);
                break;
            case NegotiationStatus.NeedsContext:
                _negotiation.Proceed(Nodes.Realm.ForClient(_ticket));
                break;
            case NegotiationStatus.NeedsMainMode:
                _negotiation.StartMainMode();
                break;
            case NegotiationStatus.NeedsQuickMode:
                MainModeResult made = _negotiation.MainMode!;
                var keys = new AssociationKeys(made.Suite, made.Group, made.AssociationId.ToArray(), made.MS);
                Nodes.Association = new InitiatorAssociation(keys, made.Lifetimes) { Counter = 1 };
                _negotiation.StartQuickMode(keys, 1);
                break;
            default:
                throw new InvalidOperationException($"the initiator waits at {_negotiation.Status}");
        }
    }
}
