using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>The responder's side of quick mode, mode new (clause 3.4). It answers one M1 at once and keeps no state of its own.</summary>
public sealed class QuickModeResponder
{
    private readonly ReceivedOffer _offer;

    private QuickModeResponder(ReceivedOffer offer) => _offer = offer;

    /// <summary>The association that M1 names, 16 bytes.</summary>
    public byte[] AssociationId => _offer.Request.AssociationId;

    /// <summary>Reads M1.</summary>
    /// <param name="record">The whole record.</param>
    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeResponder Read(ReadOnlySpan<byte> record) => new(ReceivedOffer.ReadNew(record[RecordHeader.Size..]));

    /// <summary>The answer where the id is not one that this node issued and still holds (clause 3.8).</summary>
    public byte[] Unknown() => new WireWriter().Bytes(_offer.Unknown()).ToRecord(RecordType.Unknown);

    /// <summary>Checks binder 1 and the counter: after that M1 is the association's initiator's, and new.</summary>
    /// <param name="keys">The association that <see cref="AssociationId"/> names.</param>
    /// <param name="window">Its counters; the caller holds the association's lock.</param>
    /// <exception cref="ProtocolException">A wrong binder or a counter that is not fresh: the alert.</exception>
    public void Authenticate(AssociationKeys keys, CounterWindow window)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(window);
        _offer.RequireBinder(keys);
        if (!window.TryTake(_offer.Request.Counter))
        {
            throw new ProtocolException(ProtocolError.Replayed, $"counter {_offer.Request.Counter} of the quick mode request is not fresh");
        }
        _offer.RequireGroup(keys);
    }

    /// <summary>Whether one of the two demands forward secrecy and M1 brings no share: then the answer is <see cref="Refuse"/>.</summary>
    public bool LacksDemandedShare(bool ownDemand) => _offer.LacksDemandedShare(ownDemand);

    /// <summary>The answer that refuses, with a code; M1 must be authenticated.</summary>
    public byte[] Refuse(AssociationKeys keys, ErrorCode code)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new WireWriter().Bytes(_offer.Refuse(keys, code)).ToRecord(RecordType.Refuse);
    }

    /// <summary>M2 and the channel's keys; M1 must be authenticated.</summary>
    /// <exception cref="ProtocolException">The share is not a point of the group.</exception>
    public (byte[] Message, ChannelSecrets Secrets) Accept(AssociationKeys keys, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(entropy);
        (byte[] body, ChannelSecrets secrets, _) = _offer.Accept(keys, channel: null, entropy);
        return (new WireWriter().Bytes(body).ToRecord(RecordType.QuickModeResponse), secrets);
    }
}
