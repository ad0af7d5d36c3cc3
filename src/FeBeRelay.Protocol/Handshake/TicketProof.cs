using System.Text;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The plaintext of R5, <c>T || V</c>, and of R6, <c>V</c> (clause 2.13).</summary>
internal sealed record TicketProof(byte[] TokenField, byte[] Mic)
{
    private const int SignaturePadding = 64;
    private const int LengthSize = 2;

    public ReadOnlySpan<byte> Token => TokenField.AsSpan(LengthSize);

    /// <summary>The field <c>T</c>.</summary>
    public static byte[] EncodeToken(byte[] token) => new WireWriter().Bytes16(token).ToArray();

    /// <summary>The field <c>V</c>.</summary>
    public static byte[] EncodeMic(byte[] mic) => new WireWriter().Bytes8(mic).ToArray();

    /// <summary>The bytes that the MIC is of: padding and a context of the role keep it from meaning anything elsewhere.</summary>
    public static byte[] Covered(Role role, byte[] digest)
    {
        string context = role == Role.Responder ? "FeBeRelay v1 main mode kerberos responder" : "FeBeRelay v1 main mode kerberos initiator";
        var padding = new byte[SignaturePadding];
        padding.AsSpan().Fill(0x20);
        return [.. padding, .. Encoding.ASCII.GetBytes(context), 0x00, .. digest];
    }

    /// <exception cref="ProtocolException">The plaintext is not of its one form.</exception>
    public static TicketProof Decode(Role peer, byte[] plaintext)
    {
        var reader = new WireReader(plaintext);
        if (peer == Role.Responder)
        {
            reader.Bytes16();
        }
        byte[] token = plaintext[..^reader.Remaining];
        byte[] mic = reader.Bytes8().ToArray();
        reader.End();
        return mic.Length > 0 ? new TicketProof(token, mic) : throw WireReader.Bad("the proof has an empty MIC");
    }
}
