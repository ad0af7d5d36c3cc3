using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M1 of either mode as the responder has read it, and the answers to it (clauses 3.2 to 3.8).</summary>
internal sealed class ReceivedOffer
{
    private readonly byte[] _m1;
    private readonly byte[] _binder1;

    private ReceivedOffer(QuickModeRequest request, byte[] m1, byte[] binder1)
    {
        Request = request;
        _m1 = m1;
        _binder1 = binder1;
    }

    /// <summary>What M1 says.</summary>
    public QuickModeRequest Request { get; }

    /// <exception cref="ProtocolException">The form is wrong.</exception>
    public static ReceivedOffer ReadNew(ReadOnlySpan<byte> body)
    {
        QuickModeRequest request = QuickModeRequest.DecodeNew(body, out byte[] m1, out byte[] binder1);
        return new ReceivedOffer(request, m1, binder1);
    }

    /// <summary>Reads M1 of mode live; it must name this very channel as it is now.</summary>
    /// <exception cref="ProtocolException">The form is wrong, or it names another channel.</exception>
    public static ReceivedOffer ReadLive(ReadOnlySpan<byte> body, ChannelSecrets channel)
    {
        QuickModeRequest request = QuickModeRequest.DecodeLive(body, channel.Hash.Length, out byte[] m1, out byte[] binder1);
        bool same = request.ChannelId.AsSpan().SequenceEqual(channel.Id) && request.ChannelHash.AsSpan().SequenceEqual(channel.Hash);
        return same
            ? new ReceivedOffer(request, m1, binder1)
            : throw new ProtocolException(ProtocolError.BadMac, "quick mode request names another channel, or another state of this one");
    }

    /// <exception cref="ProtocolException">Binder 1 is wrong.</exception>
    public void RequireBinder(AssociationKeys keys)
    {
        if (!CryptographicOperations.FixedTimeEquals(QuickModeSchedule.Binder1(keys, _m1), _binder1))
        {
            throw new ProtocolException(ProtocolError.BadMac, "binder of the quick mode request is wrong");
        }
    }

    /// <exception cref="ProtocolException">M1 brings a share of another group than the association's.</exception>
    public void RequireGroup(AssociationKeys keys)
    {
        if (Request.ShareGroup != 0 && Request.ShareGroup != keys.Group.Id)
        {
            throw new ProtocolException(ProtocolError.NotOffered, "quick mode share is not of the association's group");
        }
    }

    /// <summary>Whether one of the two demands forward secrecy and M1 brings no share.</summary>
    public bool LacksDemandedShare(bool ownDemand) => Request.ShareGroup == 0 && (ownDemand || Request.DemandsForwardSecrecy);

    /// <summary>The body of <c>unknown</c>.</summary>
    public byte[] Unknown() => [.. Request.AssociationId, .. Request.Nonce];

    /// <summary>The body of <c>refuse</c>; M1 must be authenticated.</summary>
    public byte[] Refuse(AssociationKeys keys, ErrorCode code) => [(byte)code, .. QuickModeSchedule.RefuseMac(keys, _m1, _binder1, code)];

    /// <summary>M2 with binder 2, and the keys; M1 must be authenticated.</summary>
    /// <param name="keys">The association that M1 names.</param>
    /// <param name="channel">Mode live: the channel as it is. Mode new: null.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    /// <returns>In mode live also the <c>binder 3</c> to expect, else null.</returns>
    /// <exception cref="ProtocolException">The share is none of the group.</exception>
    public (byte[] Body, ChannelSecrets Secrets, Secret? Binder3) Accept(AssociationKeys keys, ChannelSecrets? channel, IEntropy entropy)
    {
        (byte[] share, Secret? agreed) = Request.ShareGroup == 0 ? ([], null) : KeyShare.Answer(keys.Group, Request.Share, entropy);
        using Secret? shared = agreed;
        var nonce = new byte[Limits.NonceSize];
        entropy.Fill(nonce);
        byte mode = channel is null ? QuickModeRequest.ModeNew : QuickModeRequest.ModeLive;
        byte[] m2 = new QuickModeResponse(mode, nonce, Request.ShareGroup, share).Encode();
        using var schedule = new QuickModeSchedule(keys, shared, channel?.Chain);
        byte[] binder2 = schedule.Binder2(_m1, _binder1, m2);
        byte[] hash = schedule.ChainingHash(channel?.Hash ?? [], _m1, _binder1, m2, binder2);
        Secret? binder3 = channel is null ? null : new Secret(schedule.Binder3(hash));
        return ([.. m2, .. binder2], schedule.Channel(hash, channel?.Id), binder3);
    }
}
