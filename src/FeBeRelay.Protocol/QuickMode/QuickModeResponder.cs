using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>The responder's side of quick mode, mode new (clause 3.4). It answers one M1 at once and keeps no state of its own.</summary>
public sealed class QuickModeResponder
{
    private readonly QuickModeRequest _request;
    private readonly byte[] _m1;
    private readonly byte[] _binder1;

    private QuickModeResponder(QuickModeRequest request, byte[] m1, byte[] binder1)
    {
        _request = request;
        _m1 = m1;
        _binder1 = binder1;
    }

    /// <summary>The association that M1 names, 16 bytes.</summary>
    public byte[] AssociationId => _request.AssociationId;

    /// <summary>Reads M1.</summary>
    /// <param name="record">The whole record.</param>
    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static QuickModeResponder Read(ReadOnlySpan<byte> record)
    {
        QuickModeRequest request = QuickModeRequest.Decode(record[RecordHeader.Size..], out byte[] m1, out byte[] binder1);
        return new QuickModeResponder(request, m1, binder1);
    }

    /// <summary>The answer where the id is not one that this node issued and still holds (clause 3.8).</summary>
    public byte[] Unknown() => new WireWriter().Bytes(_request.AssociationId).Bytes(_request.Nonce).ToRecord(RecordType.Unknown);

    /// <summary>Checks binder 1 and the counter: after that M1 is the association's initiator's, and new.</summary>
    /// <param name="keys">The association that <see cref="AssociationId"/> names.</param>
    /// <param name="window">Its counters; the caller holds the association's lock.</param>
    /// <exception cref="ProtocolException">A wrong binder or a counter that is not fresh: the alert.</exception>
    public void Authenticate(AssociationKeys keys, CounterWindow window)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(window);
        if (!CryptographicOperations.FixedTimeEquals(QuickModeSchedule.Binder1(keys, _m1), _binder1))
        {
            throw new ProtocolException(ProtocolError.BadMac, "binder of the quick mode request is wrong");
        }
        if (!window.TryTake(_request.Counter))
        {
            throw new ProtocolException(ProtocolError.Replayed, $"counter {_request.Counter} of the quick mode request is not fresh");
        }
        if (_request.ShareGroup != 0 && _request.ShareGroup != keys.Group.Id)
        {
            throw new ProtocolException(ProtocolError.NotOffered, "quick mode share is not of the association's group");
        }
    }

    /// <summary>Whether one of the two demands forward secrecy and M1 brings no share: then the answer is <see cref="Refuse"/>.</summary>
    public bool LacksDemandedShare(bool ownDemand) => _request.ShareGroup == 0 && (ownDemand || _request.DemandsForwardSecrecy);

    /// <summary>The answer that refuses, with a code; M1 must be authenticated.</summary>
    public byte[] Refuse(AssociationKeys keys, ErrorCode code)
    {
        ArgumentNullException.ThrowIfNull(keys);
        byte[] mac = QuickModeSchedule.RefuseMac(keys, _m1, _binder1, code);
        return new WireWriter().U8((byte)code).Bytes(mac).ToRecord(RecordType.Refuse);
    }

    /// <summary>M2 and the channel's keys; M1 must be authenticated.</summary>
    /// <exception cref="ProtocolException">The share is not a point of the group.</exception>
    public (byte[] Message, ChannelSecrets Secrets) Accept(AssociationKeys keys, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(entropy);
        using KeyShare? share = _request.ShareGroup == 0 ? null : new KeyShare(keys.Group, entropy.CreateKeyPair(keys.Group));
        using Secret? agreed = share?.Agree(_request.Share);
        var nonce = new byte[Limits.NonceSize];
        entropy.Fill(nonce);
        byte[] m2 = new QuickModeResponse(nonce, share?.Group.Id ?? 0, share?.Public ?? []).Encode();
        using var schedule = new QuickModeSchedule(keys, agreed, chain: null);
        byte[] binder2 = schedule.Binder2(_m1, _binder1, m2);
        ChannelSecrets secrets = schedule.Channel(schedule.ChainingHash([], _m1, _binder1, m2, binder2), id: null);
        return (QuickModeResponse.ToRecord(m2, binder2), secrets);
    }
}
