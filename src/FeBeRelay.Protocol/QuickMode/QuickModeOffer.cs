using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>M1 of either mode, made and not answered yet: what its answer is checked against (clauses 3.1 to 3.8).</summary>
internal sealed class QuickModeOffer : IDisposable
{
    private readonly AssociationKeys _keys;
    private readonly ChannelSecrets? _channel;
    private readonly KeyShare? _share;
    private readonly QuickModeRequest _request;
    private readonly byte[] _m1;
    private readonly byte[] _binder1;

    /// <param name="keys">The association; stays the caller's.</param>
    /// <param name="counter">Mode new: the association's next counter. Mode live: 0.</param>
    /// <param name="channel">Mode live: the channel as it is, the caller's. Mode new: null.</param>
    /// <param name="forwardSecrecy">Whether to demand it, and so to send a share.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    public QuickModeOffer(AssociationKeys keys, ulong counter, ChannelSecrets? channel, bool forwardSecrecy, IEntropy entropy)
    {
        _keys = keys;
        _channel = channel;
        _share = forwardSecrecy ? KeyShare.Create(keys.Group, entropy) : null;
        var nonce = new byte[Limits.NonceSize];
        entropy.Fill(nonce);
        _request = new QuickModeRequest(
            forwardSecrecy, keys.Id, counter, nonce, _share?.Group.Id ?? 0, _share?.Public ?? [], channel?.Id ?? [], channel?.Hash ?? []);
        _m1 = _request.Encode();
        _binder1 = QuickModeSchedule.Binder1(keys, _m1);
        Body = [.. _m1, .. _binder1];
    }

    /// <summary>M1, then binder 1.</summary>
    public byte[] Body { get; }

    private byte Mode => _channel is null ? QuickModeRequest.ModeNew : QuickModeRequest.ModeLive;

    /// <summary>Takes M2 and makes the keys.</summary>
    /// <param name="body">M2, then binder 2.</param>
    /// <returns>The keys, and in mode live <c>binder 3</c> (else empty).</returns>
    /// <exception cref="ProtocolException">M2 is not of its form, not what M1 asks for, or not the responder's.</exception>
    public (ChannelSecrets Secrets, byte[] Binder3) TakeResponse(ReadOnlySpan<byte> body)
    {
        QuickModeResponse response = QuickModeResponse.Decode(_keys.Suite, Mode, body, out byte[] m2, out byte[] binder2);
        if (response.ShareGroup != _request.ShareGroup)
        {
            throw new ProtocolException(ProtocolError.NotOffered, "quick mode response has another kind of share than the request");
        }
        if (response.Nonce.AsSpan().SequenceEqual(_request.Nonce))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own nonce came back");
        }
        using Secret? agreed = _share?.Agree(response.Share);
        using var schedule = new QuickModeSchedule(_keys, agreed, _channel?.Chain);
        if (!CryptographicOperations.FixedTimeEquals(schedule.Binder2(_m1, _binder1, m2), binder2))
        {
            throw new ProtocolException(ProtocolError.BadMac, "binder of the quick mode response is wrong");
        }
        byte[] hash = schedule.ChainingHash(_channel?.Hash ?? [], _m1, _binder1, m2, binder2);
        return (schedule.Channel(hash, _channel?.Id), _channel is null ? [] : schedule.Binder3(hash));
    }

    /// <summary>Takes a refusal; gives its code.</summary>
    /// <exception cref="ProtocolException">It is not the responder's.</exception>
    public ErrorCode TakeRefuse(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        byte code = reader.U8();
        ReadOnlySpan<byte> mac = reader.Bytes(_keys.Suite.HashSize);
        reader.End();
        byte[] expected = QuickModeSchedule.RefuseMac(_keys, _m1, _binder1, (ErrorCode)code);
        return ErrorCodes.IsDefined(code) && CryptographicOperations.FixedTimeEquals(expected, mac)
            ? (ErrorCode)code
            : throw new ProtocolException(ProtocolError.BadMac, "refusal of quick mode is not authentic");
    }

    /// <summary>Checks that <c>unknown</c> answers this request.</summary>
    /// <exception cref="ProtocolException">It does not.</exception>
    public void TakeUnknown(ReadOnlySpan<byte> body)
    {
        bool mine = body.Length == Limits.IdSize + Limits.NonceSize
            && body[..Limits.IdSize].SequenceEqual(_keys.Id) && body[Limits.IdSize..].SequenceEqual(_request.Nonce);
        if (!mine)
        {
            throw WireReader.Bad("'unknown' does not answer this request");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _share?.Dispose();
}
