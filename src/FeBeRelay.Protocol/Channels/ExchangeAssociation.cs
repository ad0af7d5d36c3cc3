using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.Channels;

/// <summary>What an in-band quick mode takes of the association that it runs under.</summary>
/// <param name="Keys">Its secrets; stay the caller's.</param>
/// <param name="Limits">How long its keys may be used.</param>
/// <param name="Peer">The other node, as verified when the association was made.</param>
public sealed record ExchangeAssociation(AssociationKeys Keys, KeyLimits Limits, VerifiedPeer Peer);
