using System.Formats.Asn1;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// The one form of GSS-API's tokens that is taken (clause 2.13): Kerberos v5 itself, and of the kind expected. It is looked at before the platform's
/// library sees the token, which would take other mechanisms too.
/// </summary>
internal static class TicketToken
{
    /// <summary>Largest token with a ticket, in bytes: tickets of large directories are near 16 KiB.</summary>
    public const int MaxRequest = 20_000;

    /// <summary>Largest answer to it, in bytes.</summary>
    public const int MaxAnswer = 2_048;

    private const int KindSize = 2;

    // 1.2.840.113554.1.2.2, in DER.
    private static ReadOnlySpan<byte> Mechanism => [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02];

    /// <summary>Whether it can be an initiator's token: AP-REQ.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> token) => token.Length <= MaxRequest && Is(token, 0x0100);

    /// <summary>Whether it can be an acceptor's token: AP-REP.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> token) => token.Length <= MaxAnswer && Is(token, 0x0200);

    /// <exception cref="ProtocolException">It is not of the form.</exception>
    public static byte[] Checked(ReadOnlySpan<byte> token, bool isRequest) => (isRequest ? IsRequest(token) : IsAnswer(token))
        ? token.ToArray()
        : throw WireReader.Bad($"not a token of Kerberos v5 with an {(isRequest ? "AP-REQ" : "AP-REP")}: {token.Length} bytes");

    private static bool Is(ReadOnlySpan<byte> token, ushort kind)
    {
        if (!AsnDecoder.TryReadEncodedValue(token, AsnEncodingRules.DER, out Asn1Tag tag, out int at, out int length, out int consumed)
            || tag != new Asn1Tag(TagClass.Application, 0, isConstructed: true) || consumed != token.Length)
        {
            return false;
        }
        ReadOnlySpan<byte> content = token.Slice(at, length);
        return content.Length > Mechanism.Length + KindSize
            && content.StartsWith(Mechanism)
            && content[Mechanism.Length] == kind >> 8 && content[Mechanism.Length + 1] == (byte)kind;
    }
}
