using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The plaintext of R3 and R4 where Kerberos authenticates (clause 2.13): holder <c>C</c>, token <c>S</c>, MAC. It proves the agreed secret, and nothing yet.</summary>
internal sealed record TicketAuthentication(byte[] Holder, byte[] Instance, byte[] TokenField, byte[] Mac)
{
    /// <summary>Number of the method in a list of signatures.</summary>
    public const ushort Number = 0xFB02;

    // Where a chain has its count of certificates.
    private const byte NoCertificates = 0;
    private const int TokenAt = 4;

    public ReadOnlySpan<byte> Token => TokenField.AsSpan(TokenAt);

    /// <summary>The field <c>C</c>.</summary>
    public static byte[] EncodeHolder(byte[] instance) => new WireWriter().U8(NoCertificates).Bytes(instance).ToArray();

    /// <summary>The field <c>S</c>; the responder's token is empty.</summary>
    public static byte[] EncodeToken(byte[] token) => new WireWriter().U16(Number).Bytes16(token).ToArray();

    /// <exception cref="ProtocolException">The plaintext is not of its one form.</exception>
    public static TicketAuthentication Decode(byte[] plaintext, int macSize)
    {
        var reader = new WireReader(plaintext);
        byte count = reader.U8();
        byte[] instance = reader.Bytes(Limits.IdSize).ToArray();
        int tokenAt = plaintext.Length - reader.Remaining;
        ushort method = reader.U16();
        reader.Bytes16();
        int macAt = plaintext.Length - reader.Remaining;
        byte[] mac = reader.Bytes(macSize).ToArray();
        reader.End();
        return count == NoCertificates && method == Number
            ? new TicketAuthentication(plaintext[..tokenAt], instance, plaintext[tokenAt..macAt], mac)
            : throw WireReader.Bad($"not the authentication of Kerberos: {count} certificates, method 0x{method:x4}");
    }
}
