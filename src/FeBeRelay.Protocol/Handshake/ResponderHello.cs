using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The second message, R2 (clause 2.3): the responder's choices and its share.</summary>
internal sealed record ResponderHello(ushort Version, byte[] Nonce, ushort Suite, Share Share, ushort[] Signatures)
{
    /// <summary>The whole record.</summary>
    public byte[] Encode()
    {
        WireWriter writer = new WireWriter().U16(Version).Bytes(Nonce).U16(Suite);
        Share.Write(writer);
        return writer.U16List(Signatures).ToRecord(RecordType.ResponderHello);
    }

    /// <exception cref="ProtocolException">The record is not a responder hello in its one form.</exception>
    public static ResponderHello Decode(ReadOnlySpan<byte> record)
    {
        var reader = new WireReader(HandshakeRecord.Body(record, RecordType.ResponderHello));
        var hello = new ResponderHello(
            reader.U16(),
            reader.Bytes(Limits.NonceSize).ToArray(),
            reader.U16(),
            Share.Read(ref reader, Role.Responder),
            reader.U16List(InitiatorHello.MaxSignatures, "signatures"));
        reader.End();
        return hello;
    }
}
