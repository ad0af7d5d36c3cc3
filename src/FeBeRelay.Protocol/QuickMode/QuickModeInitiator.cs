using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>The initiator's side of quick mode, mode new: M1 was sent, its answer is awaited (clauses 3.1 to 3.8). Used once.</summary>
public sealed class QuickModeInitiator : IDisposable
{
    private readonly QuickModeOffer _offer;

    /// <summary>Makes M1.</summary>
    /// <param name="keys">The association; stays the caller's.</param>
    /// <param name="counter">From 1, never twice under an association.</param>
    /// <param name="forwardSecrecy">Whether to demand it, and so to send a share.</param>
    /// <param name="entropy">Source of nonce and share.</param>
    public QuickModeInitiator(AssociationKeys keys, ulong counter, bool forwardSecrecy, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(entropy);
        _offer = new QuickModeOffer(keys, counter, channel: null, forwardSecrecy, entropy);
        Message = new WireWriter().Bytes(_offer.Body).ToRecord(RecordType.QuickModeRequest);
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
        switch ((RecordType)record[0])
        {
            case RecordType.QuickModeResponse:
                return _offer.TakeResponse(body).Secrets;
            case RecordType.Refuse:
                ErrorCode code = _offer.TakeRefuse(body);
                throw new ProtocolException(ProtocolError.RefusedByPeer, $"peer refused quick mode: {code.Name()}", code);
            case RecordType.Unknown:
                _offer.TakeUnknown(body);
                throw new ProtocolException(ProtocolError.UnknownAssociation, "peer says that it does not know the association");
            default:
                throw new ProtocolException(ProtocolError.UnexpectedMessage, $"record type 0x{record[0]:x2} in answer to the quick mode request");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _offer.Dispose();
}
