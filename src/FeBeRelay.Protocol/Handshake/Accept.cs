using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder's yes (clause 2.7): the association's id, its lifetimes, the responder's policy.</summary>
internal sealed record Accept(byte[] Id, Lifetimes Lifetimes, Answer Answer, Fate Fate)
{
    /// <summary>The whole record, encrypted.</summary>
    public byte[] Seal(Suite suite, Secret acceptKey)
    {
        WireWriter writer = new WireWriter().Bytes(Id);
        Lifetimes.Write(writer);
        writer.U8((byte)Answer).U8((byte)Fate);
        return HandshakeCipher.Seal(suite, acceptKey, RecordType.Accept, writer.Written);
    }

    /// <exception cref="ProtocolException">The record does not decrypt, or is not an accept in its one form.</exception>
    public static Accept Open(Suite suite, Secret acceptKey, ReadOnlySpan<byte> record)
    {
        var reader = new WireReader(HandshakeCipher.Open(suite, acceptKey, record));
        byte[] id = reader.Bytes(Limits.IdSize).ToArray();
        Lifetimes lifetimes = Lifetimes.Read(ref reader);
        byte answer = reader.U8();
        byte fate = reader.U8();
        reader.End();
        return answer <= (byte)Answer.Protected && fate <= (byte)Fate.Kept
            ? new Accept(id, lifetimes, (Answer)answer, (Fate)fate)
            : throw WireReader.Bad($"answer is {answer}, fate is {fate}");
    }
}
