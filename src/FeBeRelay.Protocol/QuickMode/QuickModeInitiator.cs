using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>The initiator's side of quick mode, mode new: M1 was sent, its answer is awaited (clauses 3.1 to 3.8). Used once.</summary>
public sealed class QuickModeInitiator : IDisposable
{
    private readonly AssociationKeys _keys;
    private readonly KeyShare? _share;
    private readonly QuickModeRequest _request;
    private readonly byte[] _m1;
    private readonly byte[] _binder1;

    /// <summary>Makes M1.</summary>
    /// <param name="keys">The association; stays the caller's.</param>
    /// <param name="counter">From 1, never twice under an association.</param>
    /// <param name="forwardSecrecy">Whether to demand it, and so to send a share.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    public QuickModeInitiator(AssociationKeys keys, ulong counter, bool forwardSecrecy, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(entropy);
        _keys = keys;
        _share = forwardSecrecy ? new KeyShare(keys.Group, entropy.CreateKeyPair(keys.Group)) : null;
        var nonce = new byte[Limits.NonceSize];
        entropy.Fill(nonce);
        _request = new QuickModeRequest(forwardSecrecy, keys.Id, counter, nonce, _share?.Group.Id ?? 0, _share?.Public ?? []);
        _m1 = _request.Encode();
        _binder1 = QuickModeSchedule.Binder1(keys, _m1);
        Message = QuickModeRequest.ToRecord(_m1, _binder1);
    }

    /// <summary>M1 with binder 1, the whole record.</summary>
    public byte[] Message { get; }

    /// <summary>Takes the answer and makes the channel's keys.</summary>
    /// <param name="record">The whole record: M2, refuse or unknown.</param>
    /// <exception cref="ProtocolException">
    /// <see cref="ProtocolError.RefusedByPeer"/> with the code; <see cref="ProtocolError.UnknownAssociation"/>, a hint; or a violation.
    /// </exception>
    public ChannelSecrets Receive(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> body = record[RecordHeader.Size..];
        return (RecordType)record[0] switch
        {
            RecordType.QuickModeResponse => TakeResponse(body),
            RecordType.Refuse => throw TakeRefuse(body),
            RecordType.Unknown => throw TakeUnknown(body),
            _ => throw new ProtocolException(ProtocolError.UnexpectedMessage, $"record type 0x{record[0]:x2} in answer to the quick mode request"),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _share?.Dispose();

    private ChannelSecrets TakeResponse(ReadOnlySpan<byte> body)
    {
        QuickModeResponse response = QuickModeResponse.Decode(_keys.Suite, body, out byte[] m2, out byte[] binder2);
        if (response.ShareGroup != _request.ShareGroup)
        {
            throw new ProtocolException(ProtocolError.NotOffered, "quick mode response has another kind of share than the request");
        }
        if (response.Nonce.AsSpan().SequenceEqual(_request.Nonce))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own nonce came back");
        }
        using Secret? agreed = _share?.Agree(response.Share);
        using var schedule = new QuickModeSchedule(_keys, agreed, chain: null);
        if (!CryptographicOperations.FixedTimeEquals(schedule.Binder2(_m1, _binder1, m2), binder2))
        {
            throw new ProtocolException(ProtocolError.BadMac, "binder of the quick mode response is wrong");
        }
        return schedule.Channel(schedule.ChainingHash([], _m1, _binder1, m2, binder2), id: null);
    }

    private ProtocolException TakeRefuse(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        byte code = reader.U8();
        ReadOnlySpan<byte> mac = reader.Bytes(_keys.Suite.HashSize);
        reader.End();
        byte[] expected = QuickModeSchedule.RefuseMac(_keys, _m1, _binder1, (ErrorCode)code);
        if (!ErrorCodes.IsDefined(code) || !CryptographicOperations.FixedTimeEquals(expected, mac))
        {
            return new ProtocolException(ProtocolError.BadMac, "refusal of quick mode is not authentic");
        }
        return new ProtocolException(ProtocolError.RefusedByPeer, $"peer refused quick mode: {((ErrorCode)code).Name()}", (ErrorCode)code);
    }

    private ProtocolException TakeUnknown(ReadOnlySpan<byte> body)
    {
        bool mine = body.Length == Limits.IdSize + Limits.NonceSize
            && body[..Limits.IdSize].SequenceEqual(_keys.Id) && body[Limits.IdSize..].SequenceEqual(_request.Nonce);
        return mine
            ? new ProtocolException(ProtocolError.UnknownAssociation, "peer says that it does not know the association")
            : new ProtocolException(ProtocolError.BadMessage, "'unknown' does not answer this request");
    }
}
